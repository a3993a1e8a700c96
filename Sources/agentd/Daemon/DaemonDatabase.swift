internal import AgentdCore
internal import Logging
internal import Operations
internal import Storage

/// The database of the daemon: reachable, of this version's schema, and proven to keep tenants apart as the settings
/// say.
struct DaemonDatabase: Sendable {
    /// Connects as `agentd_app`.
    let application: String
    /// Connects as `agentd_platform`.
    let platform: String
    /// Ours to stop, when it is embedded.
    let embedded: EmbeddedPostgres?

    /// The only tenant that there is, when there is to be one alone.
    private(set) var singleTenant: TenantID?
    /// What whoever runs the daemon should know although it serves, each in a sentence.
    private(set) var warnings: [String] = []

    static func start(_ settings: Settings, wait: DatabaseWait, logger: Logger) async throws -> DaemonDatabase {
        switch settings.database.location {
        case .external(let application, let platform):
            return try await wait.run {
                var database = DaemonDatabase(
                    application: application.conninfo, platform: platform.conninfo, embedded: nil)
                try await database.requireMigrations()
                try await database.verify(settings.tenancy, logger)
                return database
            }
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
                let migrator = Migrator(ownerConninfo: addresses.owner)
                _ = try migrator.migrate { logger.notice("Applied migration \($0.label)") }
                let isOn = settings.tenancy.usesRowLevelSecurity
                if try !migrator.setRowLevelSecurity(isOn).isEmpty {
                    logger.notice("Switched row-level security \(isOn ? "on" : "off")")
                }
            }
            var database = DaemonDatabase(
                application: addresses.application, platform: addresses.platform, embedded: embedded)
            try await database.verify(settings.tenancy, logger)
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
        } catch let failure as Migrator.Failure where failure.isOtherSchema {
            throw Failure(.configuration, failure.description)
        } catch {
            throw Failure(.unavailable, "The database of AGENTD_DATABASE_URL cannot be used: \(error)")
        }
        guard !missing.isEmpty else { return }
        throw Failure(
            .configuration,
            "The database lacks \(missing.map(\.label).joined(separator: ", ")). Run `agentd migrate` with "
                + "AGENTD_OWNER_DATABASE_URL, then start agentd again.")
    }

    /// That the database is what the settings of tenancy say.
    private mutating func verify(_ tenancy: TenancySettings, _ logger: Logger) async throws {
        try await prove(tenancy, logger)
        guard let slug = tenancy.singleTenantSlug else { return }
        let single = SingleTenant(platformConninfo: platform, slug: slug)
        do {
            singleTenant = try await Blocking.run { try single.settle() }
        } catch let failure as SingleTenant.Failure {
            guard case .contradiction = failure else { throw Failure(.unavailable, failure.description) }
            throw Failure(.configuration, failure.description)
        }
        logger.info("Everything belongs to the tenant \(slug)")
    }

    private mutating func prove(_ tenancy: TenancySettings, _ logger: Logger) async throws {
        let proof = IsolationProof(
            applicationConninfo: application, platformConninfo: platform,
            rowLevelSecurity: tenancy.usesRowLevelSecurity)
        let report = try await Blocking.run { try proof.run() }
        guard report.passed else { throw Self.refusal(report) }
        let proven = tenancy.usesRowLevelSecurity ? "keeps tenants apart" : "is as the settings say"
        logger.info("The database \(proven): all \(report.checks.count) checks passed")
        warnings = report.warnings
        for warning in warnings { logger.warning("\(warning)") }
    }

    private static func refusal(_ report: IsolationReport) -> Failure {
        var lines: [String] = []
        if let disagreement = report.disagreement { lines.append(disagreement.description) }
        if !report.otherFailures.isEmpty {
            lines.append("The database could show one tenant's rows to another, so agentd does not serve.")
            lines += report.otherFailures.map {
                "\($0.name), \($0.object): \($0.finding). To mend it: \($0.remedy)"
            }
        }
        return Failure(
            .configuration, lines.joined(separator: "\n") + "\n`agentd verify-isolation` shows every check.")
    }
}
