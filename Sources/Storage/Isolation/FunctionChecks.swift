internal import Postgres

/// Functions that run with the rights of their owner: a role may call none but the one that removes old audit events.
enum FunctionChecks {
    /// As PostgreSQL writes it. It removes what the retention of each tenant no longer keeps, and nothing else.
    private static let purge = "public.purge_audit_events(integer)"

    static func run(_ connection: borrowing ScriptConnection) throws -> [IsolationProof.Check] {
        let role = try IsolationCatalog.role(connection)
        // A trigger's function cannot be called. Without a search_path of its own a function could be made to use
        // tables of the caller's.
        let found = try connection.rows(
            """
            SELECT f.signature, f.signature = $1
            FROM (
                SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS signature, p.*
                FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                WHERE p.prosecdef AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
                    AND n.nspname NOT IN ('pg_catalog', 'information_schema')
                    AND has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
            ) AS f
            WHERE f.signature <> $1 OR pg_get_userbyid(f.proowner) <> 'agentd_owner' OR NOT EXISTS (
                SELECT FROM unnest(f.proconfig) AS setting WHERE setting LIKE 'search\\_path=%')
            ORDER BY 1
            """, [purge])
        let names = found.compactMap { $0[0] }
        return [
            .check(
                "functions", on: role, found.isEmpty,
                holds: "calls nothing with the rights of another role but the purge of audit events",
                fails: "may call \(names.joined(separator: ", ")) with the rights of the owner",
                remedy: found.map { remedy($0[0] ?? "", isPurge: $0[1] == "t", role) }.joined(separator: " "))
        ]
    }

    private static func remedy(_ signature: String, isPurge: Bool, _ role: String) -> String {
        isPurge
            ? "ALTER FUNCTION \(signature) OWNER TO agentd_owner; "
                + "ALTER FUNCTION \(signature) SET search_path = pg_catalog, public, pg_temp;"
            : "REVOKE EXECUTE ON ROUTINE \(signature) FROM \(SQLText.name(role)), PUBLIC;"
    }
}
