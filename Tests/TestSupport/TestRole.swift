internal import Postgres

/// A role of its own for one test. Roles belong to the whole cluster, so no test changes those of agentd, which others
/// use at the same time.
package enum TestRole {
    /// - Parameter attributes: As in `CREATE ROLE`, such as `BYPASSRLS`.
    package static func with<R>(_ attributes: String, _ body: (String) async throws -> R) async throws -> R {
        let role = "role_\(UInt64.random(in: 0 ... .max))"
        try administrate("CREATE ROLE \(role) LOGIN \(attributes)")
        do {
            let result = try await body(role)
            try administrate("DROP ROLE \(role)")
            return result
        } catch {
            try? administrate("DROP ROLE \(role)")
            throw error
        }
    }

    private static func administrate(_ sql: String) throws {
        try ScriptConnection(conninfo: TestEnvironment.database, applicationName: "tests").execute(sql)
    }
}

extension TestDatabase {
    /// Grants a role what the proof of isolation needs of `agentd_app`.
    package func grantAsApplication(to role: String) throws {
        try execute(
            """
            GRANT SELECT ON schema_migrations, tenants, users, agents, tokens, audit_events, request_ids,
                isolation_canary TO \(role);
            GRANT INSERT ON isolation_canary TO \(role);
            """)
    }
}
