-- What managing tenants needs: settings, counts of agents and of calls, an audit trail that can be searched and ends,
-- and news of every change that a verified token depends on.

-- The slug and the domain of a deleted tenant are free.
ALTER TABLE tenants DROP CONSTRAINT tenants_slug_key, DROP CONSTRAINT tenants_domain_key;
CREATE UNIQUE INDEX tenants_slug_key ON tenants (slug) WHERE state <> 'deleted';
CREATE UNIQUE INDEX tenants_domain_key ON tenants (domain) WHERE state <> 'deleted';
CREATE INDEX tenants_slug_id_idx ON tenants (slug, id);

-- The texts of the settings that differ from their defaults, by key.
ALTER TABLE tenants ADD COLUMN settings jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(settings) = 'object');
GRANT UPDATE (display_name, domain, settings) ON tenants TO agentd_app;

-- Of a deleted tenant: what it was before, and is again when the deletion is taken back.
ALTER TABLE tenants ADD COLUMN was_suspended boolean NOT NULL DEFAULT false;
GRANT UPDATE (was_suspended) ON tenants TO agentd_platform;

CREATE INDEX tokens_tenant_time_idx ON tokens (tenant_id, create_time, id);
-- For the limit of valid keys.
CREATE INDEX tokens_tenant_valid_idx ON tokens (tenant_id) WHERE revoke_time IS NULL;

-- ---- Counts of agents ----------------------------------------------------------------------------------------------
-- A change adds a row of differences, so that no two changes wait for each other; agentd adds the rows up every few
-- seconds. The truth at any moment is agent_counts and agent_count_deltas together.

CREATE TABLE agent_counts (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    -- status, type, owner, created or deleted.
    dimension text NOT NULL,
    -- Of status: draft, active, paused, archived or deleted; of type: the type; of owner: the id of the user; of
    -- created and deleted: the date (UTC). Deleted agents count under status, created and deleted alone.
    key text NOT NULL,
    agents bigint NOT NULL,
    -- Of the texts: name, description, prompt and configuration.
    bytes bigint NOT NULL,
    PRIMARY KEY (tenant_id, dimension, key)
);

CREATE TABLE agent_count_deltas (
    tenant_id uuid NOT NULL,
    id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    owner_id bigint NOT NULL,
    agent_type text NOT NULL,
    -- deleted for those that are.
    status text NOT NULL,
    -- Of created and deleted.
    day date NOT NULL,
    agents bigint NOT NULL,
    bytes bigint NOT NULL,
    created bigint NOT NULL,
    deleted bigint NOT NULL,
    PRIMARY KEY (tenant_id, id)
)
-- It is a queue: what was taken out of it must not be read over for long.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);

CREATE FUNCTION agent_bytes(name text, description text, system_prompt text, config json) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN octet_length(name)::bigint + octet_length(description) + octet_length(system_prompt)
        + octet_length(config::text);

-- Once a statement and not once a row: a statement that changes many agents adds few rows.
CREATE FUNCTION count_agents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO agent_count_deltas (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
        SELECT tenant_id, owner_id, agent_type, CASE WHEN is_active THEN status ELSE 'deleted' END,
            (create_time AT TIME ZONE 'UTC')::date, count(*),
            sum(agent_bytes(name, description, system_prompt, config)), count(*), 0
        FROM new_agents GROUP BY 1, 2, 3, 4, 5;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO agent_count_deltas (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
        SELECT tenant_id, owner_id, agent_type, CASE WHEN is_active THEN status ELSE 'deleted' END,
            (now() AT TIME ZONE 'UTC')::date, -count(*),
            -sum(agent_bytes(name, description, system_prompt, config)), 0, 0
        FROM old_agents GROUP BY 1, 2, 3, 4;
    ELSE
        INSERT INTO agent_count_deltas (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
        SELECT tenant_id, owner_id, agent_type, status, (now() AT TIME ZONE 'UTC')::date, sum(agents), sum(bytes), 0,
            sum(deleted)
        FROM (
            SELECT tenant_id, owner_id, agent_type, CASE WHEN is_active THEN status ELSE 'deleted' END AS status,
                -1 AS agents, -agent_bytes(name, description, system_prompt, config) AS bytes, 0 AS deleted
            FROM old_agents
            UNION ALL
            SELECT n.tenant_id, n.owner_id, n.agent_type, CASE WHEN n.is_active THEN n.status ELSE 'deleted' END, 1,
                agent_bytes(n.name, n.description, n.system_prompt, n.config),
                CASE WHEN o.is_active AND NOT n.is_active THEN 1 ELSE 0 END
            FROM new_agents AS n LEFT JOIN old_agents AS o ON o.tenant_id = n.tenant_id AND o.id = n.id
        ) AS differences
        GROUP BY 1, 2, 3, 4
        HAVING sum(agents) <> 0 OR sum(bytes) <> 0 OR sum(deleted) <> 0;
    END IF;
    RETURN NULL;
END $$;

-- Agents that are there already. Row-level security binds the owner too, who has to see all of them this once.
ALTER TABLE agents NO FORCE ROW LEVEL SECURITY;
INSERT INTO agent_count_deltas (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
SELECT tenant_id, owner_id, agent_type, CASE WHEN is_active THEN status ELSE 'deleted' END,
    (create_time AT TIME ZONE 'UTC')::date, count(*), sum(agent_bytes(name, description, system_prompt, config)),
    count(*), 0
FROM agents GROUP BY 1, 2, 3, 4, 5;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;

CREATE TRIGGER count_created_agents AFTER INSERT ON agents
    REFERENCING NEW TABLE AS new_agents FOR EACH STATEMENT EXECUTE FUNCTION count_agents();
CREATE TRIGGER count_changed_agents AFTER UPDATE ON agents
    REFERENCING OLD TABLE AS old_agents NEW TABLE AS new_agents FOR EACH STATEMENT EXECUTE FUNCTION count_agents();
CREATE TRIGGER count_removed_agents AFTER DELETE ON agents
    REFERENCING OLD TABLE AS old_agents FOR EACH STATEMENT EXECUTE FUNCTION count_agents();

-- ---- Counts of calls -----------------------------------------------------------------------------------------------

CREATE TABLE tenant_calls (
    tenant_id uuid NOT NULL REFERENCES tenants (id),
    -- The beginning of five minutes.
    start_time timestamptz NOT NULL,
    calls bigint NOT NULL,
    errors bigint NOT NULL,
    latency_microseconds bigint NOT NULL,
    PRIMARY KEY (tenant_id, start_time)
);
CREATE INDEX tenant_calls_time_idx ON tenant_calls (start_time);

-- ---- The tenant boundary of the new tables -------------------------------------------------------------------------

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['agent_counts', 'agent_count_deltas', 'tenant_calls'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY %I ON %I USING (tenant_id = (SELECT current_tenant_id()))'
            ' WITH CHECK (tenant_id = (SELECT current_tenant_id()))', 'tenant_isolation_' || name, name);
        EXECUTE format(
            'CREATE POLICY %I ON %I TO agentd_platform USING (true) WITH CHECK (true)',
            'platform_access_' || name, name);
        EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', name);
        EXECUTE format('GRANT SELECT ON %I TO agentd_app', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO agentd_platform', name);
    END LOOP;
END $$;
GRANT INSERT ON agent_count_deltas TO agentd_app;

-- ---- The audit trail -----------------------------------------------------------------------------------------------

-- As before, but a field that is NULL and was not there has not changed, and was_suspended is no field of a tenant.
CREATE OR REPLACE FUNCTION changed_fields(before json, after json) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT json_object_agg(n.key, json_build_object('before', o.value, 'after', n.value))
        FROM json_each(after) AS n LEFT JOIN json_each(before) AS o ON o.key = n.key
        WHERE coalesce(o.value::text, 'null') <> n.value::text
            AND n.key NOT IN ('update_time', 'revision', 'was_suspended')
    );

-- An agent as the audit trail knows it: administrators read the trail, but not the texts of private agents, so of these
-- it says how long each is, and enough of its digest to tell one from another.
CREATE FUNCTION traced_agent(agent json) RETURNS json
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (
        SELECT json_object_agg(f.key, CASE
            WHEN f.key NOT IN ('description', 'system_prompt', 'config') OR f.value #>> '{}' = '' THEN f.value
            ELSE to_json(octet_length(f.value #>> '{}') || ' bytes, sha256 '
                || left(encode(sha256(convert_to(f.value #>> '{}', 'UTF8')), 'hex'), 16)) END)
        FROM json_each(agent) AS f
    );

DROP INDEX audit_events_tenant_time_idx, audit_events_tenant_object_idx;
CREATE INDEX audit_events_tenant_time_idx ON audit_events (tenant_id, create_time, id);
CREATE INDEX audit_events_tenant_object_idx ON audit_events (tenant_id, object_type, object_id, create_time, id);
CREATE INDEX audit_events_tenant_actor_idx ON audit_events (tenant_id, actor_user_id, create_time, id);

-- No role of the daemon may remove an audit event. This function may, and only those that are older than their tenant
-- keeps them: it runs as the owner, whom row-level security shows nothing that is younger than a day. It says so itself
-- as well, takes a setting that is none for the default, and keeps every event for 30 days: nobody is rid of a trail
-- sooner by a setting.
CREATE POLICY audit_retention_select ON audit_events FOR SELECT TO agentd_owner
    USING (create_time < now() - interval '1 day');
CREATE POLICY audit_retention_delete ON audit_events FOR DELETE TO agentd_owner
    USING (create_time < now() - interval '1 day');
CREATE POLICY audit_retention_tenants ON tenants FOR SELECT TO agentd_owner USING (true);

CREATE FUNCTION purge_audit_events(maximum integer) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    WITH expired AS (
        SELECT e.tenant_id, e.id FROM tenants AS t, LATERAL (
            SELECT a.tenant_id, a.id FROM audit_events AS a
            WHERE a.tenant_id = t.id AND a.create_time < now() - interval '1 day' AND a.create_time
                < now() - make_interval(days => CASE WHEN t.settings ->> 'audit_retention_days' ~ '^[1-9][0-9]{0,3}$'
                    THEN greatest(30, (t.settings ->> 'audit_retention_days')::integer) ELSE 365 END)
            ORDER BY a.create_time LIMIT maximum
        ) AS e
        LIMIT maximum
    ), removed AS (
        DELETE FROM audit_events AS a USING expired AS e WHERE a.tenant_id = e.tenant_id AND a.id = e.id RETURNING a.id
    )
    SELECT count(*) FROM removed
    $$;
COMMENT ON FUNCTION purge_audit_events(integer) IS
    'Removes at most so many audit events that are older than their tenant keeps them, and returns how many.';
REVOKE ALL ON FUNCTION purge_audit_events(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION purge_audit_events(integer) TO agentd_platform;

-- ---- News ----------------------------------------------------------------------------------------------------------
-- Replicas remember verified tokens; these changes make them look again. All of them are rare: notifications of a whole
-- database wait for each other when their transactions commit.

CREATE FUNCTION announce_identity_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'tenants' THEN
        PERFORM pg_notify('agentd_identity', 'tenant ' || NEW.id);
    ELSIF TG_TABLE_NAME = 'users' THEN
        PERFORM pg_notify('agentd_identity', 'user ' || NEW.tenant_id || ' ' || NEW.id);
    ELSE
        PERFORM pg_notify('agentd_identity', 'token ' || NEW.tenant_id || ' ' || NEW.id);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER announce_change AFTER UPDATE ON tenants FOR EACH ROW EXECUTE FUNCTION announce_identity_change();
CREATE TRIGGER announce_change AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION announce_identity_change();
CREATE TRIGGER announce_change AFTER UPDATE OF revoke_time, expire_time ON tokens
    FOR EACH ROW EXECUTE FUNCTION announce_identity_change();
