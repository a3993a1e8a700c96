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

    static let all = security + policies + keys + privileges + elsewhere + functions

    private static let security = [
        Sabotage(
            "row-level security is not forced", "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY",
            check: "row-level security", object: "agents", remedy: "FORCE ROW LEVEL SECURITY"),
        Sabotage(
            "row-level security is off", "ALTER TABLE tokens DISABLE ROW LEVEL SECURITY",
            check: "row-level security", object: "tokens", remedy: "ENABLE ROW LEVEL SECURITY"),
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
        // Planning asks it then, before the statement has set its tenant.
        Sabotage(
            "a function that is taken for immutable", "ALTER FUNCTION current_tenant_id() IMMUTABLE",
            check: "tenant of a look-up", object: "isolation_canary", remedy: "STABLE"),
    ]

    private static let policies = [
        Sabotage(
            "a policy is gone", "DROP POLICY tenant_isolation_agents ON agents",
            check: "isolation policy", object: "agents",
            remedy: "CREATE POLICY \"tenant_isolation_agents\" ON \"agents\""),
        Sabotage(
            "a policy lets everything through", "ALTER POLICY tenant_isolation_users ON users USING (true)",
            check: "isolation policy", object: "users",
            remedy: "CREATE POLICY \"tenant_isolation_users\" ON \"users\""),
        Sabotage(
            "one more policy", "CREATE POLICY everything ON agents USING (true)",
            check: "isolation policy", object: "agents", remedy: "DROP POLICY \"everything\" ON \"agents\""),
        Sabotage(
            "a policy of the platform that is for everybody",
            "DROP POLICY platform_access_users ON users; CREATE POLICY platform_access_users ON users USING (true)",
            check: "isolation policy", object: "users",
            remedy: "CREATE POLICY \"platform_access_users\" ON \"users\""),
        Sabotage(
            "a policy for reading alone",
            """
            DROP POLICY tenant_isolation_agents ON agents;
            CREATE POLICY tenant_isolation_agents ON agents FOR SELECT USING (tenant_id = (SELECT current_tenant_id()))
            """,
            check: "isolation policy", object: "agents",
            remedy: "CREATE POLICY \"tenant_isolation_agents\" ON \"agents\""),
        Sabotage(
            "the purge of audit events may see all of them",
            "ALTER POLICY audit_retention_select ON audit_events USING (true)",
            check: "isolation policy", object: "audit_events",
            remedy: "CREATE POLICY \"audit_retention_select\" ON \"audit_events\" FOR SELECT TO agentd_owner"),
        Sabotage(
            "the policy of the purge is for everybody",
            "ALTER POLICY audit_retention_delete ON audit_events TO PUBLIC",
            check: "isolation policy", object: "audit_events",
            remedy: "CREATE POLICY \"audit_retention_delete\" ON \"audit_events\" FOR DELETE TO agentd_owner"),
        Sabotage(
            "the policy of the purge is for every command",
            """
            DROP POLICY audit_retention_tenants ON tenants;
            CREATE POLICY audit_retention_tenants ON tenants TO agentd_owner USING (true)
            """,
            check: "isolation policy", object: "tenants",
            remedy: "CREATE POLICY \"audit_retention_tenants\" ON \"tenants\" FOR SELECT TO agentd_owner"),
        Sabotage(
            "a policy of the purge on another table",
            "CREATE POLICY audit_retention_select ON agents FOR SELECT TO agentd_owner USING (true)",
            check: "isolation policy", object: "agents",
            remedy: "DROP POLICY \"audit_retention_select\" ON \"agents\""),
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
        Sabotage(
            "a right that is gone", "REVOKE INSERT ON agents FROM agentd_app",
            check: "privileges", object: "agentd_app", remedy: "GRANT INSERT ON agents TO \"agentd_app\";"),
        Sabotage(
            "the rights to columns are gone", "REVOKE UPDATE ON tokens FROM agentd_platform",
            check: "privileges", object: "agentd_platform",
            remedy: "GRANT UPDATE (last_use_time) ON tokens TO \"agentd_platform\";"),
        Sabotage(
            "a table that belonged to the role for a while",
            "ALTER TABLE users OWNER TO agentd_app; ALTER TABLE users OWNER TO agentd_owner",
            check: "privileges", object: "agentd_app", remedy: "GRANT SELECT ON users TO \"agentd_app\";"),
    ]

    private static let elsewhere = [
        Sabotage(
            "a copy in another schema",
            """
            CREATE SCHEMA stash;
            CREATE TABLE stash.copies AS SELECT * FROM agents;
            GRANT USAGE ON SCHEMA stash TO agentd_app;
            GRANT SELECT ON stash.copies TO agentd_app
            """,
            check: "other schemas", object: "agentd_app", remedy: "REVOKE ALL ON stash.copies FROM \"agentd_app\""),
        Sabotage(
            "a right to one column of a copy in another schema, not forced on its owner",
            """
            CREATE SCHEMA stash;
            CREATE TABLE stash.copies AS SELECT * FROM agents;
            ALTER TABLE stash.copies ENABLE ROW LEVEL SECURITY;
            GRANT USAGE ON SCHEMA stash TO PUBLIC;
            GRANT SELECT (name) ON stash.copies TO agentd_platform
            """,
            check: "other schemas", object: "agentd_platform",
            remedy: "REVOKE ALL ON stash.copies FROM \"agentd_platform\""),
        Sabotage(
            "a view in another schema",
            """
            CREATE SCHEMA stash;
            CREATE VIEW stash."All Agents" AS SELECT * FROM agents;
            GRANT USAGE ON SCHEMA stash TO PUBLIC;
            GRANT SELECT ON stash."All Agents" TO PUBLIC
            """,
            check: "other schemas", object: "agentd_app", remedy: "REVOKE ALL ON stash.\"All Agents\" FROM"),
        Sabotage(
            "a materialized view in another schema",
            """
            CREATE SCHEMA stash;
            CREATE MATERIALIZED VIEW stash.counts AS SELECT tenant_id, count(*) FROM agents GROUP BY 1;
            GRANT USAGE ON SCHEMA stash TO agentd_app;
            GRANT SELECT ON stash.counts TO agentd_app
            """,
            check: "other schemas", object: "agentd_app", remedy: "REVOKE ALL ON stash.counts FROM"),
        Sabotage(
            "a materialized view",
            "CREATE MATERIALIZED VIEW kept AS SELECT * FROM agents; GRANT SELECT ON kept TO agentd_app",
            check: "view", object: "kept", remedy: "REVOKE ALL ON \"kept\" FROM \"agentd_app\""),
        Sabotage(
            "a view of the platform with its owner's rights",
            "CREATE VIEW all_agents AS SELECT * FROM agents; GRANT SELECT (name) ON all_agents TO agentd_platform",
            check: "view", object: "all_agents", remedy: "security_invoker"),
    ]

    private static let functions = [
        Sabotage(
            "a function with its owner's rights",
            "CREATE FUNCTION all_agents() RETURNS SETOF agents LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM agents'",
            check: "functions", object: "agentd_app",
            remedy: "REVOKE EXECUTE ON ROUTINE public.all_agents() FROM \"agentd_app\", PUBLIC;"),
        Sabotage(
            "a procedure with its owner's rights in another schema",
            """
            CREATE SCHEMA stash;
            GRANT USAGE ON SCHEMA stash TO agentd_platform;
            CREATE PROCEDURE stash.forget(tenant uuid) LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM audit_events'
            """,
            check: "functions", object: "agentd_platform",
            remedy: "REVOKE EXECUTE ON ROUTINE stash.forget(uuid) FROM \"agentd_platform\", PUBLIC;"),
        Sabotage(
            "another function by the name of the purge",
            """
            CREATE FUNCTION purge_audit_events(maximum bigint) RETURNS bigint LANGUAGE sql SECURITY DEFINER
            SET search_path = public AS 'DELETE FROM audit_events; SELECT 0::bigint'
            """,
            check: "functions", object: "agentd_app", remedy: "public.purge_audit_events(bigint)"),
        Sabotage(
            "the purge with the rights of a superuser",
            "ALTER FUNCTION purge_audit_events(integer) OWNER TO postgres",
            check: "functions", object: "agentd_platform",
            remedy: "ALTER FUNCTION public.purge_audit_events(integer) OWNER TO agentd_owner;"),
        Sabotage(
            "the purge without a search_path of its own",
            "ALTER FUNCTION purge_audit_events(integer) RESET search_path",
            check: "functions", object: "agentd_platform",
            remedy: "SET search_path = pg_catalog, public, pg_temp;"),
    ]
}
