internal import Postgres

/// What else a role may read: nothing that shows rows of tenants and that no policy guards.
enum RelationChecks {
    static func run(_ connection: borrowing ScriptConnection) throws -> [IsolationProof.Check] {
        let role = try IsolationCatalog.role(connection)
        return [try elsewhere(connection, role)] + (try views(connection, role))
    }

    /// Rows of tenants outside of the schema whose tables are proven. A table of another server has no policies at all.
    private static func elsewhere(
        _ connection: borrowing ScriptConnection, _ role: String
    ) throws -> IsolationProof.Check {
        let found = try connection.rows(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
            FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE (n.nspname NOT IN ('public', 'information_schema') AND n.nspname !~ '^pg_'
                    AND c.relkind IN ('r', 'p', 'v', 'm') OR c.relkind = 'f')
                AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                AND NOT (c.relkind = 'v' AND coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))
                AND EXISTS (
                    SELECT FROM pg_attribute AS a
                    WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
                AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
            ORDER BY 1
            """
        ).compactMap { $0[0] }
        return .check(
            "other schemas", on: role, found.isEmpty, holds: "reads rows of tenants in schema public alone",
            fails: "may read \(found.joined(separator: ", ")), which have a tenant_id and no row-level security",
            remedy: found.map { "REVOKE ALL ON \($0) FROM \(SQLText.name(role)), PUBLIC;" }
                .joined(separator: " "))
    }

    /// A view runs with the rights of its owner unless it says otherwise, and a materialized one keeps the rows.
    private static func views(
        _ connection: borrowing ScriptConnection, _ role: String
    ) throws -> [IsolationProof.Check] {
        try connection.rows(
            """
            SELECT c.relname, c.relkind FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
                AND has_any_column_privilege(c.oid, 'SELECT')
                AND (c.relkind = 'm' OR NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false))
            ORDER BY 1
            """
        ).map { row in
            let view = row[0] ?? ""
            let quoted = SQLText.name(view)
            return .check(
                "view", on: view, false, holds: "", fails: "shows \(role) rows with the rights of its owner",
                remedy: row[1] == "m"
                    ? "REVOKE ALL ON \(quoted) FROM \(SQLText.name(role)), PUBLIC;"
                    : "ALTER VIEW \(quoted) SET (security_invoker = true);")
        }
    }
}
