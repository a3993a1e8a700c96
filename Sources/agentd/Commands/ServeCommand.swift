internal import ArgumentParser
internal import Logging
internal import Operations

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the daemon.",
        discussion: """
            It prints one line with its address when it is ready. SIGTERM or SIGINT lets it finish what it does, which \
            takes at most 30 seconds; a second one ends it at once. SIGHUP reads the configuration file and every file \
            that a setting names again, and takes over what can be changed while it runs. Logs go to standard error.

            Exit codes: 0 stopped as told, 64 wrong command line, 69 an address is taken or the database of no use, \
            70 internal error, 78 wrong configuration, or a database that could not keep tenants apart. A database \
            that cannot be reached is waited for.

            \(SettingsTable.help)
            """)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let signals = TerminationSignals()
        let reload = ReloadSignal()
        let settings = try options.load()
        if settings.database.location == .embedded, settings.database.owner != nil {
            throw Failure(
                .configuration,
                "AGENTD_OWNER_DATABASE_URL is set and AGENTD_DATABASE_URL is not, so that agentd would serve from an "
                    + "embedded database. Set AGENTD_DATABASE_URL, or remove the former.")
        }
        let log = LogControl(settings.log)
        let logger = log.logger
        let configuration = Daemon.Configuration(settings: settings, load: { [options] in try options.load() })
        let daemon: Daemon
        do {
            daemon = try await signals.cancelling { try await Daemon.start(configuration, log: log) }
        } catch {
            guard signals.isRequested else { throw error }
            logger.notice("Stopped before it was ready")
            return
        }
        try await daemon.run(until: signals, reloading: reload)
    }
}
