internal import Postgres

/// What a role is: it must have no way around the policies, neither of its own nor through another role.
enum RoleChecks {
    static func run(_ connection: borrowing ScriptConnection) throws -> [IsolationProof.Check] {
        let roles = try connection.rows(
            """
            SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication, session_user = current_user
            FROM pg_roles AS r WHERE r.rolname = current_user
            """)
        guard let row = roles.first, let role = row[0] else { return [] }
        let exempt = row[1] == "t" || row[2] == "t"
        let quoted = SQLText.name(role)
        return [
            .check(
                "role attributes", on: role, !exempt, holds: "is neither superuser nor BYPASSRLS",
                fails: row[1] == "t" ? "is a superuser, whom no policy binds" : "has BYPASSRLS: no policy binds it",
                remedy: "Connect as agentd_app and agentd_platform, or: ALTER ROLE \(quoted) NOSUPERUSER NOBYPASSRLS;"),
            .check(
                "role powers", on: role, row[3] == "f" && row[4] == "f",
                holds: "can neither create roles nor replicate", fails: "can create roles or replicate",
                remedy: "ALTER ROLE \(quoted) NOCREATEROLE NOREPLICATION;"),
            try memberships(connection, role),
            try ownership(connection, role),
            try auditPrivileges(connection, role),
        ]
    }

    private static func memberships(
        _ connection: borrowing ScriptConnection, _ role: String
    ) throws -> IsolationProof.Check {
        let groups = try connection.rows(
            """
            SELECT g.rolname FROM pg_auth_members AS m
                JOIN pg_roles AS g ON g.oid = m.roleid JOIN pg_roles AS r ON r.oid = m.member
            WHERE r.rolname = current_user ORDER BY 1
            """
        ).compactMap(\.first).compactMap(\.self)
        return .check(
            "role memberships", on: role, groups.isEmpty, holds: "is a member of no other role",
            fails: "is a member of \(groups.joined(separator: ", ")), and may become it",
            remedy: groups.map { "REVOKE \(SQLText.name($0)) FROM \(SQLText.name(role));" }
                .joined(separator: " "))
    }

    private static func ownership(
        _ connection: borrowing ScriptConnection, _ role: String
    ) throws -> IsolationProof.Check {
        let owned = try connection.rows(
            """
            SELECT c.relname FROM pg_class AS c
            WHERE c.relnamespace = 'public'::regnamespace AND pg_get_userbyid(c.relowner) = current_user
                AND c.relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'schema public' FROM pg_namespace
            WHERE nspname = 'public' AND pg_get_userbyid(nspowner) = current_user
            ORDER BY 1
            """
        ).compactMap(\.first).compactMap(\.self)
        return .check(
            "role ownership", on: role, owned.isEmpty, holds: "owns no table",
            fails: "owns \(owned.joined(separator: ", ")), so it can switch the policies off",
            remedy: "Connect as agentd_app and agentd_platform, and give the tables to agentd_owner: "
                + "REASSIGN OWNED BY \(SQLText.name(role)) TO agentd_owner;")
    }

    private static func auditPrivileges(
        _ connection: borrowing ScriptConnection, _ role: String
    ) throws -> IsolationProof.Check {
        // A right to one column is not a right to the table, and is none the better for it.
        let allowed =
            try connection.rows(
                """
                SELECT has_table_privilege('public.audit_events', 'DELETE, TRUNCATE')
                    OR has_any_column_privilege('public.audit_events', 'UPDATE')
                """
            ).first?.first == "t"
        return .check(
            "audit trail", on: role, !allowed, holds: "cannot change or delete audit rows",
            fails: "can change or delete audit rows",
            remedy: "REVOKE UPDATE, DELETE, TRUNCATE ON audit_events FROM \(SQLText.name(role)), PUBLIC;")
    }
}
