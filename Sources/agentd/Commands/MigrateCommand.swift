internal import ArgumentParser
internal import Operations
internal import Operations
internal import Storage

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to the schema of this version, and to ENABLE_ROW_LEVEL_SECURITY.",
        discussion: """
            Needs AGENTD_OWNER_DATABASE_URL, or works on the embedded database. Several at once are safe: one works, \
            the others wait for it. `agentd serve` migrates its embedded database by itself.
            """)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        try await CommandDatabase(settings).withOwner(migrated: false, makes: true) { conninfo in
            try await Blocking.run {
                let migrator = Migrator(ownerConninfo: conninfo)
                let applied = try migrator.migrate { Output.line("applied \($0.label)") }
                let isOn = settings.tenancy.usesRowLevelSecurity
                let switched = try migrator.setRowLevelSecurity(isOn)
                if !switched.isEmpty {
                    Output.line(
                        "switched row-level security \(isOn ? "on" : "off") on \(switched.joined(separator: ", ")): "
                            + "ENABLE_ROW_LEVEL_SECURITY is \(isOn)")
                }
                if applied.isEmpty, switched.isEmpty {
                    Output.line("nothing to do: the database has all \(Migration.all.count) migrations")
                }
            }
        }
    }
}

extension Migration {
    /// As its file is named.
    var label: String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name
    }
}
