/// Which database, and how it is used.
package struct DatabaseSettings: Sendable {
    /// Whose PostgreSQL it is.
    package enum Location: Sendable, Equatable {
        /// One of our own, in the data folder.
        case embedded
        case external(application: ConnectionString, platform: ConnectionString)
    }

    package let location: Location
    /// For `migrate` and `token create`.
    package let owner: ConnectionString?
    package let dataFolder: String
    /// The folder of `initdb` and `postgres`; nil lets agentd look for it.
    package let postgresBinaries: String?
    /// Connections of one event loop.
    package let connections: Int
    /// Those of one event loop that serve writes alone.
    package let writeConnections: Int
    package let pipelineDepth: Int
    package let queueCapacity: Int
    package let queueWaitMilliseconds: Int
    package let statementTimeoutMilliseconds: Int

    static let entries = [
        urlSetting.entry, platformURLSetting.entry, ownerURLSetting.entry, dataFolderSetting.entry,
        binariesSetting.entry, connectionsSetting.entry, writeConnectionsSetting.entry,
        pipelineDepthSetting.entry, queueSetting.entry, queueWaitSetting.entry,
        statementTimeoutSetting.entry,
    ]

    init(_ reader: inout SettingsReader) {
        let application = reader.value(Self.urlSetting)
        let platform = reader.value(Self.platformURLSetting)
        let owner = reader.value(Self.ownerURLSetting)
        dataFolder = reader.value(Self.dataFolderSetting) ?? Self.defaultDataFolder(&reader)
        // Whoever names a data folder on the command line means its database, whatever the environment says.
        let urls = [Self.urlSetting.entry, Self.platformURLSetting.entry, Self.ownerURLSetting.entry]
        if reader.isFlag(Self.dataFolderSetting.entry), !urls.contains(where: { reader.isFlag($0) }) {
            location = .embedded
            self.owner = nil
        } else {
            location = Self.location(application, platform, &reader)
            self.owner = owner
        }
        postgresBinaries = reader.value(Self.binariesSetting)
        connections = reader.value(Self.connectionsSetting)
        writeConnections = reader.value(Self.writeConnectionsSetting)
        pipelineDepth = reader.value(Self.pipelineDepthSetting)
        queueCapacity = reader.value(Self.queueSetting)
        queueWaitMilliseconds = reader.value(Self.queueWaitSetting)
        statementTimeoutMilliseconds = reader.value(Self.statementTimeoutSetting)
    }

    private static func location(
        _ application: ConnectionString?, _ platform: ConnectionString?, _ reader: inout SettingsReader
    ) -> Location {
        guard let application else {
            if platform != nil {
                reader.refuse(
                    "AGENTD_PLATFORM_DATABASE_URL is set and AGENTD_DATABASE_URL is not; set both, or neither for the "
                        + "embedded database.")
            }
            return .embedded
        }
        let named = application.user == nil ? application.withUser("agentd_app") : application
        if application.user == nil {
            reader.derive(urlSetting.entry, named.conninfo, from: "AGENTD_DATABASE_URL, which names no user")
        }
        guard let platform else {
            let derived = application.withUser("agentd_platform")
            reader.derive(platformURLSetting.entry, derived.conninfo, from: "AGENTD_DATABASE_URL")
            return .external(application: named, platform: derived)
        }
        return .external(application: named, platform: platform)
    }

    private static func defaultDataFolder(_ reader: inout SettingsReader) -> String {
        let environment = reader.sources.environment
        let folder: String
        if reader.sources.isRoot {
            folder = "/var/lib/agentd"
        } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
            folder = data + "/agentd"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            folder = home + "/.local/share/agentd"
        } else {
            folder = "/var/lib/agentd"
        }
        reader.derive(dataFolderSetting.entry, folder, from: "who runs agentd")
        return folder
    }
}

// MARK: The settings

extension DatabaseSettings {
    private static let urlSetting = connection(
        "AGENTD_DATABASE_URL",
        "The database, as the role agentd_app, which is also who connects when no user is named. Without it agentd "
            + "runs a private PostgreSQL of its own.")
    private static let platformURLSetting = connection(
        "AGENTD_PLATFORM_DATABASE_URL",
        "The same database as the role agentd_platform. By default AGENTD_DATABASE_URL with that user.")
    private static let ownerURLSetting = connection(
        "AGENTD_OWNER_DATABASE_URL",
        "The same database as a superuser, or as an owner with CREATEROLE, for `agentd migrate` and "
            + "`agentd token create`. `agentd serve` does not need it.")
    private static let dataFolderSetting = path(
        "AGENTD_DATA_DIR",
        "Where the embedded database lives. By default /var/lib/agentd for root, and for others agentd in "
            + "XDG_DATA_HOME or in .local/share of the home folder.")
    private static let binariesSetting = path(
        "AGENTD_POSTGRES_BIN",
        "The folder of initdb and postgres, for the embedded database. By default the version that the data belong to, "
            + "or the newest below /usr/lib/postgresql.")
    private static let connectionsSetting = Setting.integer(
        "AGENTD_DB_CONNECTIONS", 1...64, fallback: 2,
        "Database connections of each event loop as agentd_app; each carries many calls at once. Look-ups go over one "
            + "as long as it keeps up. One more is for agentd_platform.")
    private static let writeConnectionsSetting = Setting.integer(
        "AGENTD_DB_WRITE_CONNECTIONS", 0...64, fallback: 8,
        "Further connections of each event loop, for changes alone: each waits for its own commit, and those of "
            + "several reach the disk together. With 0 changes go through the connections of reads.")
    private static let pipelineDepthSetting = Setting.integer(
        "AGENTD_DB_PIPELINE_DEPTH", 1...1_024, fallback: 192,
        "Calls that one connection carries at once, at most. It has fewer while PostgreSQL takes longer than 2 ms for "
            + "an answer, and takes no read behind one that has taken 4 ms.")
    private static let queueSetting = Setting.integer(
        "AGENTD_DB_QUEUE", 1...1_000_000, fallback: 4_096,
        "Calls of one event loop that may wait for a connection of reads, and as many for one of changes; more are "
            + "refused with DB_QUEUE_FULL. Where 512 of other connections wait, a connection with calls in flight is "
            + "refused more, but for tenants that have few or none of those. Tenants take turns, one with "
            + "priority_support twice; the fewer places are left, the fewer calls of a tenant may wait.")
    private static let queueWaitSetting = Setting.duration(
        "AGENTD_DB_QUEUE_WAIT", 10...600_000, fallback: 5_000,
        "How long a call may wait in that queue before it ends with DB_POOL_TIMEOUT.")
    private static let statementTimeoutSetting = Setting.duration(
        "AGENTD_DB_STATEMENT_TIMEOUT", 10...600_000, fallback: 30_000,
        "How long PostgreSQL may work on one call; a call whose deadline is nearer has less.")

    private static func connection(_ name: String, _ meaning: String) -> Setting<ConnectionString?> {
        Setting(
            entry: SettingEntry(
                name: name, meaning: meaning,
                expected: "a connection string of PostgreSQL, such as postgresql://agentd_app@db.example/agentd or "
                    + "'host=db.example user=agentd_app dbname=agentd'",
                fallback: nil, secrecy: .password),
            fallback: nil,
            read: { text in ConnectionString(text).map { .some($0) } })
    }

    private static func path(_ name: String, _ meaning: String) -> Setting<String?> {
        Setting.text(name, expected: "the path of a folder", meaning)
    }
}
