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
    /// Grants a role what `agentd_app` has been granted.
    package func grantAsApplication(to role: String) throws {
        try execute(
            """
            DO $$
            DECLARE
                held record;
            BEGIN
                FOR held IN
                    SELECT privilege_type, quote_ident(table_name) AS place FROM information_schema.table_privileges
                    WHERE grantee = 'agentd_app' AND table_schema = 'public'
                    UNION ALL
                    SELECT format('%s (%I)', privilege_type, column_name), quote_ident(table_name)
                    FROM information_schema.column_privileges
                    WHERE grantee = 'agentd_app' AND table_schema = 'public'
                LOOP
                    EXECUTE format('GRANT %s ON %s TO \(role)', held.privilege_type, held.place);
                END LOOP;
            END $$
            """)
    }
}
