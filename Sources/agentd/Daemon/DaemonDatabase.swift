internal import Logging
internal import Operations
internal import Storage

/// The database of the daemon: reachable, of this version's schema, and proven to keep tenants apart.
struct DaemonDatabase: Sendable {
    /// Connects as `agentd_app`.
    let application: String
    /// Connects as `agentd_platform`.
    let platform: String
    /// Ours to stop, when it is embedded.
    let embedded: EmbeddedPostgres?

    static func start(_ settings: Settings, logger: Logger) async throws -> DaemonDatabase {
        switch settings.database.location {
        case .external(let application, let platform):
            let database = DaemonDatabase(application: application.conninfo, platform: platform.conninfo, embedded: nil)
            try await database.requireMigrations()
            try await database.prove(logger)
            return database
        case .embedded:
            return try await startEmbedded(settings, logger)
        }
    }

    private static func startEmbedded(_ settings: Settings, _ logger: Logger) async throws -> DaemonDatabase {
        let perLoop = settings.database.connections + LoopServices.platformConnections
        let embedded = try EmbeddedPostgres(
            settings.database.embedded(connections: settings.listen.eventLoops * perLoop), logger: logger)
        try await embedded.start()
        do {
            try Task.checkCancellation()
            let addresses = embedded.addresses
            try await Blocking.run {
                _ = try Migrator(ownerConninfo: addresses.owner).migrate { migration in
                    logger.notice("Applied migration \(migration.label)")
                }
            }
            let database = DaemonDatabase(
                application: addresses.application, platform: addresses.platform, embedded: embedded)
            try await database.prove(logger)
            return database
        } catch {
            await embedded.stop()
            throw error
        }
    }

    /// The daemon does not change a database that is not its own.
    private func requireMigrations() async throws {
        let missing: [Migration]
        do {
            missing = try await Blocking.run { try Migrator.missing(conninfo: application) }
        } catch {
            throw Failure(.unavailable, "The database of AGENTD_DATABASE_URL cannot be used: \(error)")
        }
        guard !missing.isEmpty else { return }
        throw Failure(
            .configuration,
            "The database lacks \(missing.map(\.label).joined(separator: ", ")). Run `agentd migrate` with "
                + "AGENTD_OWNER_DATABASE_URL, then start agentd again.")
    }

    private func prove(_ logger: Logger) async throws {
        let report = try await Blocking.run {
            try IsolationProof(applicationConninfo: application, platformConninfo: platform).run()
        }
        guard !report.passed else {
            logger.info("The database keeps tenants apart: all \(report.checks.count) checks passed")
            return
        }
        let failures = report.failures.map { "\($0.name), \($0.object): \($0.finding). To mend it: \($0.remedy)" }
        throw Failure(
            .configuration,
            "The database could show one tenant's rows to another, so agentd does not serve.\n"
                + failures.joined(separator: "\n") + "\n`agentd verify-isolation` shows every check.")
    }
}
