internal import Logging
internal import Operations
internal import Storage

/// The database of a command that is not `serve`: the one that its settings name, the embedded one of a daemon that
/// runs now, or the embedded one started for as long as the command takes.
struct CommandDatabase {
    /// What a command itself opens.
    private static let connections = 5

    private let settings: DatabaseSettings
    private let logger: Logger

    init(_ settings: Settings) {
        self.settings = settings.database
        // Only what goes wrong: the command says itself what it did.
        logger = LogControl(level: max(.warning, settings.log.level), format: settings.log.format).logger
    }

    /// Which one it is, for people, without passwords.
    var name: String {
        if let owner = settings.owner { return "the database of AGENTD_OWNER_DATABASE_URL, \(owner.redacted)" }
        return "the embedded database in \(settings.dataFolder)"
    }

    /// Connects as the owner.
    /// - Parameters:
    ///   - migrated: Whether an embedded database is to be migrated first.
    ///   - makes: Whether an embedded database is made where there is none.
    func withOwner<R: Sendable>(
        migrated: Bool = true, makes: Bool = false, _ body: @Sendable (String) async throws -> R
    ) async throws -> R {
        if let owner = settings.owner { return try await body(owner.conninfo) }
        guard settings.location == .embedded else {
            throw Failure(
                .configuration,
                "This needs AGENTD_OWNER_DATABASE_URL: the database of AGENTD_DATABASE_URL as a superuser, or as its "
                    + "owner with CREATEROLE.")
        }
        if !makes { try requireDatabase() }
        return try await withEmbedded(migrated: migrated) { try await body($0.owner) }
    }

    /// Connects as agentd_app and as agentd_platform.
    func withRoles<R: Sendable>(_ body: @Sendable (String, String) async throws -> R) async throws -> R {
        switch settings.location {
        case .external(let application, let platform):
            return try await body(application.conninfo, platform.conninfo)
        case .embedded:
            try requireDatabase()
            return try await withEmbedded(migrated: false) { try await body($0.application, $0.platform) }
        }
    }

    /// A mistyped folder is not to become another database, of which nobody else knows.
    private func requireDatabase() throws {
        guard EmbeddedPostgres.hasDatabase(in: settings.dataFolder) else {
            throw Failure(
                .configuration,
                "There is no database in \(settings.dataFolder): `agentd serve` makes one. Name the folder with "
                    + "AGENTD_DATA_DIR, or another database with AGENTD_DATABASE_URL.")
        }
    }

    private func withEmbedded<R: Sendable>(
        migrated: Bool, _ body: @Sendable (EmbeddedPostgres.Addresses) async throws -> R
    ) async throws -> R {
        let embedded: EmbeddedPostgres
        do {
            embedded = try EmbeddedPostgres(settings.embedded(connections: Self.connections), logger: logger)
        } catch {
            guard error.kind == .inUse else { throw error }
            return try await body(try await EmbeddedPostgres.ofOther(in: settings.dataFolder))
        }
        try await embedded.start()
        do {
            let addresses = embedded.addresses
            if migrated {
                // Row-level security stays as it is: only `migrate` and `serve` bring it to its setting.
                try await Blocking.run { _ = try Migrator(ownerConninfo: addresses.owner).migrate() }
            }
            let result = try await body(addresses)
            await embedded.stop()
            return result
        } catch {
            await embedded.stop()
            throw error
        }
    }
}

extension DatabaseSettings {
    func embedded(connections: Int) -> EmbeddedPostgres.Configuration {
        EmbeddedPostgres.Configuration(dataFolder: dataFolder, binaries: postgresBinaries, connections: connections)
    }
}
