internal import Foundation
internal import Postgres

/// A database of a single-tenant application, with a role of its own, for one test.
package struct LegacyApplication: Sendable {
    package let database: TestDatabase
    /// The role that owns the tables and that the application connects as.
    package let role: String

    /// As the application.
    package var conninfo: String { database.conninfo(user: role) }

    package static func with<R>(
        users: Int = 20, agents: Int = 200, _ body: (LegacyApplication) async throws -> R
    ) async throws -> R {
        try await TestRole.with("") { role in
            try await TestDatabase.with(migrated: false) { database in
                let application = LegacyApplication(database: database, role: role)
                try application.make(users: users, agents: agents)
                return try await body(application)
            }
        }
    }

    private func make(users: Int, agents: Int) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("scripts/lib/legacy.sql")
        let script = try String(contentsOf: file, encoding: .utf8)
        try database.execute(
            script.replacing(":\"role\"", with: "\"\(role)\"").replacing(":users", with: String(users))
                .replacing(":agents", with: String(agents)))
    }

    /// Runs a script as the application.
    package func execute(_ script: String) throws {
        try ScriptConnection(conninfo: conninfo, applicationName: "application").execute(script)
    }

    /// Runs a statement as the application; values as text.
    package func rows(_ sql: String, _ parameters: [String?] = []) throws -> [[String?]] {
        try ScriptConnection(conninfo: conninfo, applicationName: "application").rows(sql, parameters)
    }

    /// The rows of the application's two tables, in order, wherever they are.
    package func contents() throws -> [[String?]] {
        try rows("SELECT 'u', u::text FROM users AS u ORDER BY id")
            + rows("SELECT 'a', a::text FROM agents AS a ORDER BY id")
    }
}
