internal import ArgumentParser
internal import Storage

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to the schema of this version.",
        discussion: """
            Needs AGENTD_OWNER_DATABASE_URL, or works on the embedded database. Several at once are safe: one works, \
            the others wait for it. `agentd serve` migrates its embedded database by itself.
            """)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try options.load()
        try await CommandDatabase(settings).withOwner { conninfo in
            try await Blocking.run {
                let applied = try Migrator(ownerConninfo: conninfo).migrate { migration in
                    Output.line("applied \(migration.label)")
                }
                if applied.isEmpty {
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
