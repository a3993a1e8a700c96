internal import Postgres
internal import Storage

/// A database of its own for one test, on the cluster of this run, with the schema of this version.
package struct TestDatabase: Sendable {
    package let name: String
    /// As a superuser, who sees everything.
    package let owner: String
    /// As `agentd_app`.
    package let application: String
    /// As `agentd_platform`.
    package let platform: String
    private let server: String

    /// A database of its own, dropped afterwards.
    /// - Parameter migrated: Whether the schema is to be there.
    package static func with<R>(
        migrated: Bool = true, _ body: (TestDatabase) async throws -> R
    ) async throws -> R {
        let database = TestDatabase(name: "test_\(UInt64.random(in: 0 ... .max))")
        try administrate("CREATE DATABASE \(database.name)")
        do {
            if migrated { _ = try Migrator(ownerConninfo: database.owner).migrate() }
            let result = try await body(database)
            try administrate("DROP DATABASE \(database.name) WITH (FORCE)")
            return result
        } catch {
            try? administrate("DROP DATABASE \(database.name) WITH (FORCE)")
            throw error
        }
    }

    /// A database that exists.
    /// - Parameter server: Connects to its cluster.
    package init(name: String, on server: String = TestEnvironment.database) {
        self.name = name
        self.server = server
        let place = "\(server) dbname=\(name)"
        owner = "\(place) user=postgres"
        application = "\(place) user=agentd_app"
        platform = "\(place) user=agentd_platform"
    }

    /// As any role.
    package func conninfo(user: String) -> String { "\(server) dbname=\(name) user=\(user)" }

    private static func administrate(_ sql: String) throws {
        try ScriptConnection(conninfo: TestEnvironment.database, applicationName: "tests").execute(sql)
    }

    /// Runs a script as the superuser.
    package func execute(_ script: String) throws {
        try ScriptConnection(conninfo: owner, applicationName: "tests").execute(script)
    }

    /// Runs a statement as the superuser; values as text.
    package func rows(_ sql: String, _ parameters: [String?] = []) throws -> [[String?]] {
        try ScriptConnection(conninfo: owner, applicationName: "tests").rows(sql, parameters)
    }
}
