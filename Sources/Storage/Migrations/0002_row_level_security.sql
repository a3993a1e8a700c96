-- The tenant boundary in the database itself: ENABLE and FORCE on every tenant's table, so that not even the owner of
-- the tables passes it. The sub-select makes the setting one InitPlan of a query instead of a call for each row.

ALTER TABLE tenants ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation_tenants ON tenants
    USING (id = (SELECT current_tenant_id())) WITH CHECK (id = (SELECT current_tenant_id()));

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['users', 'agents', 'tokens', 'audit_events', 'request_ids', 'isolation_canary'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY %I ON %I USING (tenant_id = (SELECT current_tenant_id()))'
            ' WITH CHECK (tenant_id = (SELECT current_tenant_id()))', 'tenant_isolation_' || name, name);
    END LOOP;
END $$;

-- agentd_platform works across tenants: who a token belongs to, new tenants, what has expired. Never with agents.
CREATE POLICY platform_access_tenants ON tenants TO agentd_platform USING (true) WITH CHECK (true);
CREATE POLICY platform_access_users ON users TO agentd_platform USING (true) WITH CHECK (true);
CREATE POLICY platform_access_tokens ON tokens TO agentd_platform USING (true) WITH CHECK (true);
CREATE POLICY platform_access_audit_events ON audit_events TO agentd_platform USING (true) WITH CHECK (true);
CREATE POLICY platform_access_request_ids ON request_ids TO agentd_platform USING (true) WITH CHECK (true);

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO agentd_app, agentd_platform;
GRANT SELECT ON schema_migrations TO agentd_app, agentd_platform;

-- What may change is granted column by column: no statement can move a row to another tenant, owner or id.
GRANT SELECT ON tenants TO agentd_app;
GRANT SELECT, INSERT ON users TO agentd_app;
GRANT UPDATE (display_name, role, is_active, delete_time) ON users TO agentd_app;
GRANT SELECT, INSERT ON agents TO agentd_app;
GRANT UPDATE (name, description, agent_type, status, system_prompt, config, is_public, is_active, delete_time)
    ON agents TO agentd_app;
GRANT SELECT, INSERT ON tokens TO agentd_app;
GRANT UPDATE (revoke_time) ON tokens TO agentd_app;
GRANT SELECT, INSERT ON audit_events TO agentd_app;
GRANT SELECT, INSERT ON request_ids TO agentd_app;
GRANT SELECT, INSERT ON isolation_canary TO agentd_app;

GRANT SELECT, INSERT ON tenants TO agentd_platform;
GRANT UPDATE (slug, display_name, domain, state, features, max_agents, max_users, max_tokens, requests_per_second,
    max_in_flight, delete_time) ON tenants TO agentd_platform;
GRANT SELECT, INSERT ON users TO agentd_platform;
GRANT SELECT, INSERT ON tokens TO agentd_platform;
GRANT UPDATE (last_use_time) ON tokens TO agentd_platform;
GRANT SELECT, INSERT ON audit_events TO agentd_platform;
GRANT SELECT, INSERT, DELETE ON request_ids TO agentd_platform;
GRANT SELECT ON platform_keys TO agentd_platform;
