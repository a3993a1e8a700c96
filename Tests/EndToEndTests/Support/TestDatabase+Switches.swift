internal import TestSupport

/// A database in one of the states of row-level security.
enum SecurityState: CaseIterable {
    /// Enabled and forced on every tenant table.
    case on
    /// Off on every tenant table.
    case off
    /// On, but for one table.
    case mixed

    static func setting(_ isOn: Bool) -> [String: String] { ["ENABLE_ROW_LEVEL_SECURITY": "\(isOn)"] }

    func withDatabase<R>(_ body: (TestDatabase) async throws -> R) async throws -> R {
        try await TestDatabase.with { database in
            switch self {
            case .on: break
            case .off: _ = try await database.migrate(rowLevelSecurity: false)
            case .mixed:
                try database.execute("ALTER TABLE agents DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY")
            }
            return try await body(database)
        }
    }
}

extension TestDatabase {
    /// Runs `agentd migrate`.
    /// - Returns: What it printed.
    func migrate(rowLevelSecurity isOn: Bool) async throws -> String {
        let environment = Daemon.environment(self).merging(SecurityState.setting(isOn)) { $1 }
        let exit = try await Program.run("agentd", ["migrate"], environment: environment)
        guard exit.code == 0 else { throw Daemon.Failure(description: "agentd migrate: \(exit.log)") }
        return exit.output
    }
}
