/// One way of taking a wall out of the isolation of tenants, and what the proof of isolation must say about it.
struct Sabotage: Sendable, CustomStringConvertible {
    let description: String
    /// What the superuser does.
    let script: String
    /// The check that fails, the object that it names, and what its remedy says.
    let check: String
    let object: String
    let remedy: String

    private init(_ description: String, _ script: String, check: String, object: String, remedy: String) {
        self.description = description
        self.script = script
        self.check = check
        self.object = object
        self.remedy = remedy
    }

    static let all = security + keys + privileges

    private static let security = [
        Sabotage(
            "row-level security is not forced", "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY",
            check: "row-level security", object: "agents", remedy: "FORCE ROW LEVEL SECURITY"),
        Sabotage(
            "row-level security is off", "ALTER TABLE tokens DISABLE ROW LEVEL SECURITY",
            check: "row-level security", object: "tokens", remedy: "ENABLE ROW LEVEL SECURITY"),
        Sabotage(
            "a policy is gone", "DROP POLICY tenant_isolation_agents ON agents",
            check: "isolation policy", object: "agents", remedy: "CREATE POLICY tenant_isolation_agents ON agents"),
        Sabotage(
            "a policy lets everything through", "ALTER POLICY tenant_isolation_users ON users USING (true)",
            check: "isolation policy", object: "users", remedy: "CREATE POLICY tenant_isolation_users ON users"),
        Sabotage(
            "one more policy", "CREATE POLICY everything ON agents USING (true)",
            check: "isolation policy", object: "agents", remedy: "DROP POLICY \"everything\" ON \"agents\""),
        Sabotage(
            "a policy of the platform that is for everybody",
            "DROP POLICY platform_access_users ON users; CREATE POLICY platform_access_users ON users USING (true)",
            check: "isolation policy", object: "users", remedy: "DROP POLICY \"platform_access_users\" ON \"users\""),
        Sabotage(
            "a new table without policies", "CREATE TABLE notes (tenant_id uuid); GRANT SELECT ON notes TO agentd_app",
            check: "row-level security", object: "notes", remedy: "ENABLE ROW LEVEL SECURITY"),
        Sabotage(
            "a function that always answers the same tenant",
            """
            CREATE OR REPLACE FUNCTION current_tenant_id() RETURNS uuid LANGUAGE sql STABLE
            RETURN '00000000-0000-4000-8000-00000000000c'::uuid
            """,
            check: "canary", object: "isolation_canary", remedy: "tenant_isolation_isolation_canary"),
    ]

    private static let keys = [
        Sabotage(
            "a unique key that does not start with the tenant", "CREATE UNIQUE INDEX agents_id_key ON agents (id)",
            check: "keys", object: "agents", remedy: "tenant_id as the first column"),
        Sabotage(
            "a unique key that starts with an expression",
            "CREATE UNIQUE INDEX users_email_key ON users (lower(email), tenant_id)",
            check: "keys", object: "users", remedy: "tenant_id as the first column"),
    ]

    private static let privileges = [
        Sabotage(
            "a view with its owner's rights",
            "CREATE VIEW all_agents AS SELECT * FROM agents; GRANT SELECT ON all_agents TO agentd_app",
            check: "view", object: "all_agents", remedy: "security_invoker"),
        Sabotage(
            "a right to change the audit trail", "GRANT UPDATE ON audit_events TO agentd_app",
            check: "audit trail", object: "agentd_app", remedy: "REVOKE"),
        Sabotage(
            "a right to change one column of the audit trail", "GRANT UPDATE (action) ON audit_events TO agentd_app",
            check: "audit trail", object: "agentd_app", remedy: "REVOKE"),
        Sabotage(
            "a right of everybody to delete audit rows", "GRANT DELETE ON audit_events TO PUBLIC",
            check: "audit trail", object: "agentd_platform", remedy: "REVOKE"),
    ]
}
