-- What is measured: TENANTS tenants (a psql variable) with one user, one API key and AGENTS agents each.
-- The keys are derived from the tenants' numbers: this database is thrown away after the measurement.

-- In a schema of its own: agentd takes every table with a tenant_id in its own schema for one of its own.
CREATE SCHEMA benchmark;
CREATE TABLE benchmark.keys AS
SELECT n, ('00000000-0000-4000-8000-000000' || n)::uuid AS tenant_id, id,
    body || left(encode(sha256(convert_to(body, 'UTF8')), 'hex'), 8) AS key, sha256(decode(secret, 'hex')) AS digest
FROM (SELECT n, left(encode(sha256(convert_to('id' || n, 'UTF8')), 'hex'), 24) AS id,
        encode(sha256(convert_to('secret' || n, 'UTF8')), 'hex') AS secret
    FROM generate_series(100000, 99999 + :tenants) AS n) AS numbers,
    LATERAL (SELECT 'agd_' || id || '_' || secret AS body) AS bodies;

INSERT INTO tenants (id, slug, display_name, features)
SELECT tenant_id, 'tenant-' || n, 'Tenant ' || n, '{custom_agents,agent_sharing}' FROM benchmark.keys;

INSERT INTO users (tenant_id, id, email) SELECT tenant_id, n, 'user@' || n || '.example' FROM benchmark.keys;

INSERT INTO tokens (tenant_id, id, user_id, secret_digest) SELECT tenant_id, id, n, digest FROM benchmark.keys;

INSERT INTO agents (tenant_id, id, owner_id, name, description, agent_type, status, system_prompt, config, is_public)
SELECT tenant_id, (n - 100000) * :agents + a, n, 'Agent ' || a, repeat('description ', 8), 'research', 'active',
    repeat('You answer questions about our products. ', 8), '{"model": "large", "temperature": 0.2}', a % 10 = 0
FROM benchmark.keys, generate_series(1, :agents) AS a;

-- What is created next comes behind them.
SELECT setval(pg_get_serial_sequence('agents', 'id'), max(id)) FROM agents;

VACUUM ANALYZE;
