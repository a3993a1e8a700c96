internal import Postgres

/// What each tenant table must have: row-level security switched on and forced, and the isolation policy.
enum TableChecks {
    static func run(_ connection: borrowing ScriptConnection, tables: [String]) throws -> [IsolationProof.Check] {
        try security(connection) + policies(connection, tables: tables) + keys(connection, tables: tables)
            + views(connection)
    }

    private static func security(_ connection: borrowing ScriptConnection) throws -> [IsolationProof.Check] {
        try connection.rows(
            """
            SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                AND (c.relname = 'tenants' OR EXISTS (
                    SELECT FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped))
            ORDER BY c.relname
            """
        ).map { row in
            let table = row[0] ?? ""
            return .check(
                "row-level security", on: table, row[1] == "t", holds: "is enabled and forced",
                fails: "is not enabled and forced",
                remedy:
                    "ALTER TABLE \(IsolationCatalog.quoted(table)) ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            )
        }
    }

    private static func policies(
        _ connection: borrowing ScriptConnection, tables: [String]
    ) throws -> [IsolationProof.Check] {
        let found = try connection.rows(
            """
            SELECT p.tablename, p.policyname, p.qual, p.with_check, p.cmd, p.roles::text FROM pg_policies AS p
            WHERE p.schemaname = 'public' ORDER BY 1, 2
            """)
        return tables.map { table in
            let column = table == "tenants" ? "id" : "tenant_id"
            let expected = "(\(column) = ( SELECT current_tenant_id() AS current_tenant_id))"
            let name = "tenant_isolation_\(table)"
            let own = found.contains { $0[0] == table && $0[1] == name && $0[2] == expected && $0[3] == expected }
            // Policies add up: one more for everybody would let through what this one keeps back.
            let strangers = found.filter {
                $0[0] == table && $0[1] != name
                    && !($0[1] == "platform_access_\(table)" && $0[5] == "{agentd_platform}")
            }.compactMap { $0[1] }
            return .check(
                "isolation policy", on: table, own && strangers.isEmpty, holds: "only \(name) and the platform's own",
                fails: own
                    ? "other policies add to it: \(strangers.joined(separator: ", "))"
                    : "\(name) is missing or changed",
                remedy: own
                    ? strangers.map {
                        "DROP POLICY \(IsolationCatalog.quoted($0)) ON \(IsolationCatalog.quoted(table));"
                    }.joined(separator: " ")
                    : "DROP POLICY IF EXISTS \(name) ON \(table); "
                        + "CREATE POLICY \(name) ON \(table) USING \(expected) WITH CHECK \(expected);")
        }
    }

    /// A key that does not start with the tenant would tell one tenant about another's rows.
    private static func keys(
        _ connection: borrowing ScriptConnection, tables: [String]
    ) throws -> [IsolationProof.Check] {
        let wrong = try connection.rows(
            """
            SELECT c.relname, i.indexrelid::regclass::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid
                LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND c.relname <> 'tenants'
                -- One that starts with an expression starts with no column.
                AND a.attname IS DISTINCT FROM 'tenant_id' AND EXISTS (
                    SELECT FROM pg_attribute AS t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
            """)
        // Slugs and domains are unique over all tenants, which is what they are for.
        return tables.filter { $0 != "tenants" }.map { table in
            let names = wrong.filter { $0[0] == table }.compactMap { $0[1] }
            return .check(
                "keys", on: table, names.isEmpty, holds: "every unique key starts with the tenant",
                fails: "unique keys that do not start with tenant_id: \(names.joined(separator: ", "))",
                remedy: "Rebuild them with tenant_id as the first column.")
        }
    }

    /// A view runs with the rights of its owner unless it says otherwise.
    private static func views(_ connection: borrowing ScriptConnection) throws -> [IsolationProof.Check] {
        try connection.rows(
            """
            SELECT c.relname FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
                AND has_table_privilege(c.oid, 'SELECT')
                AND (c.relkind = 'm' OR NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))
            """
        ).map { row in
            let view = row[0] ?? ""
            return .check(
                "view", on: view, false, holds: "", fails: "shows rows with the rights of its owner",
                remedy: "ALTER VIEW \(IsolationCatalog.quoted(view)) SET (security_invoker = true);")
        }
    }
}
