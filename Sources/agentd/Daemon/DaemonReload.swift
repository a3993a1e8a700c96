internal import AgentdCore
internal import Logging
internal import Operations
internal import ServiceLifecycle
internal import Services

/// Reads the settings again at SIGHUP, and takes over what may change while agentd runs. Flags and the environment of a
/// process stay what they are; the configuration file, and the files that secrets are in, may have changed.
///
/// Certificates and key sets are no settings but files that settings name: who watches them hears the signal too.
struct DaemonReload: Service {
    /// Where the settings of a running daemon take effect.
    struct Targets: Sendable {
        let log: LogControl
        let calls: CallLog
        let limits: WireLimitsInForce
        let identity: DaemonIdentity
    }

    private let initial: Settings
    private let load: @Sendable () throws -> Settings
    private let requests: AsyncStream<Void>
    private let targets: Targets
    private let logger: Logger

    /// - Parameters:
    ///   - initial: What the daemon was started with.
    ///   - load: Reads all settings from where they were read first.
    init(
        initial: Settings, load: @escaping @Sendable () throws -> Settings, requests: AsyncStream<Void>,
        targets: Targets
    ) {
        self.initial = initial
        self.load = load
        self.requests = requests
        self.targets = targets
        logger = targets.log.logger
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var current = initial
            for await _ in requests { await reload(&current) }
        }
    }

    private func reload(_ current: inout Settings) async {
        let new: Settings
        do {
            new = try load()
        } catch {
            refuse(error)
            return
        }
        let changes = new.changes(since: current).filter(\.entry.changesAtRunTime)
        let louder = min(current.log.level, new.log.level)
        do {
            try await apply(new)
        } catch {
            refuse(error)
            return
        }
        current = new
        tell(changes, louder)
        for change in new.changes(since: initial) where !change.entry.changesAtRunTime {
            logger.warning("\(change.text) needs a restart of agentd; until then the former value is in force")
        }
    }

    /// Everything that is wrong, each in a line of its own.
    private func refuse(_ error: any Error) {
        for problem in Failure(error).message.split(separator: "\n") {
            logger.error(
                "The settings cannot be taken over; those from before stay in force", metadata: ["reason": "\(problem)"]
            )
        }
    }

    /// What can fail comes first, so that it is all or nothing.
    private func apply(_ settings: Settings) async throws {
        try await targets.identity.exchangeSettings(for: settings.identity)
        var limits = settings.limits.wire
        // The memory of calls was measured by these.
        limits.messageBytes = initial.limits.wire.messageBytes
        limits.headerBytes = initial.limits.wire.headerBytes
        targets.limits.exchange(for: limits)
        targets.calls.mode = settings.log.calls
        targets.log.format = settings.log.format
        targets.log.level = settings.log.level
    }

    /// Said at the more talkative of both levels: who makes the log quiet sees that it was done.
    private func tell(_ changes: [SettingChange], _ level: Logger.Level) {
        var logger = logger
        logger.logLevel = level
        for change in changes { logger.notice("\(change.text)") }
        if changes.isEmpty { logger.notice("The settings were read again: nothing that can be taken over has changed") }
    }
}
