import Testing

internal import TestSupport

/// A database as it is after a while: 200,000 agents of 1,000 tenants, one of which has a quarter of them, and what
/// belongs to them. The rows of the tenants lie among each other, as they were made.
struct ManyRows: Sendable {
    struct Tenant: Sendable {
        let id: String
        /// One of its agents, and of its users the one who has half of the agents.
        let number: Int64
    }

    let database: TestDatabase
    /// One that is as large as most.
    let usual: Tenant
    /// The one that is larger than all others.
    let largest: Tenant

    static func with(_ body: (ManyRows) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(tenants + agents + rest)
            // Of all users, and not of some that are chosen by chance: of two plans that cost about the same, now one
            // would be taken and now the other.
            try database.execute("ALTER DATABASE \(database.name) SET default_statistics_target = 200")
            try database.execute("VACUUM ANALYZE")
            func tenant(_ number: Int64) throws -> Tenant {
                let rows = try database.rows("SELECT id FROM tenants WHERE slug = $1", ["t\(number)"])
                return Tenant(id: try #require(rows.first?.first ?? nil), number: number * 100_000 + 7)
            }
            try await body(ManyRows(database: database, usual: try tenant(500), largest: try tenant(1)))
        }
    }

    // Without triggers: what they would count is put there as well. Users and agents have numbers of their own, as the
    // sequences give them.
    private static let tenants = """
        SET session_replication_role = replica;
        INSERT INTO tenants (slug, display_name, domain, features, state, delete_time)
        SELECT 't' || n, 'Tenant ' || n, 't' || n || '.example', '{custom_agents,agent_sharing}',
            CASE WHEN n > 1000 THEN 'deleted' ELSE 'active' END, CASE WHEN n > 1000 THEN now() END
        FROM generate_series(1, 1100) AS n;
        CREATE TEMPORARY TABLE sizes AS
        SELECT id, substr(slug, 2)::bigint * 100000 AS base, CASE slug WHEN 't1' THEN 50000 ELSE 150 END AS agents,
            CASE slug WHEN 't1' THEN 500 ELSE 50 END AS users
        FROM tenants WHERE state = 'active';
        INSERT INTO users (tenant_id, id, email, role, delete_time, is_active)
        SELECT s.id, s.base + n, 'user' || n || '@example.com', CASE n WHEN 1 THEN 'tenant_admin' ELSE 'member' END,
            CASE WHEN n % 10 = 9 THEN now() END, n % 10 <> 9
        FROM sizes AS s, generate_series(1, 500) AS n WHERE n <= s.users ORDER BY n;
        INSERT INTO tokens (tenant_id, id, user_id, secret_digest, create_time, revoke_time)
        SELECT u.tenant_id, md5(u.tenant_id::text || u.id || n), u.id, sha256('x'),
            now() - make_interval(mins => u.id::integer % 100000 * 4 + n), CASE n WHEN 1 THEN now() END
        FROM users AS u, generate_series(1, 4) AS n ORDER BY n;

        """

    private static let agents = """
        INSERT INTO agents (tenant_id, id, owner_id, name, description, agent_type, status, system_prompt, is_public,
            is_active, create_time, update_time, delete_time)
        SELECT s.id, s.base + n, s.base + CASE WHEN n % 2 = 0 THEN 7 ELSE 1 + n % s.users END, 'agent ' || md5(n::text),
            repeat('description ', 4), (ARRAY['customer_service', 'research', 'workflow'])[n % 3 + 1],
            (ARRAY['draft', 'active', 'paused'])[n / 2 % 3 + 1], repeat('prompt ', 8), n / 2 % 5 = 0, n % 20 <> 19,
            now() - make_interval(mins => 60000 - n), now() - make_interval(mins => n),
            CASE WHEN n % 20 = 19 THEN now() END
        FROM sizes AS s, generate_series(1, 50000) AS n WHERE n <= s.agents ORDER BY n;
        INSERT INTO agent_counts (tenant_id, dimension, key, agents, bytes)
        SELECT s.id, c.dimension, CASE c.dimension WHEN 'owner' THEN (s.base + c.key::bigint)::text ELSE c.key END,
            10, 1000
        FROM sizes AS s, (
            SELECT 'owner' AS dimension, n::text AS key FROM generate_series(1, 10) AS n
            UNION ALL SELECT 'status', unnest(ARRAY['draft', 'active', 'paused', 'deleted'])
            UNION ALL SELECT 'type', unnest(ARRAY['customer_service', 'research', 'workflow'])
            UNION ALL SELECT d, (current_date - n)::text
                FROM unnest(ARRAY['created', 'deleted']) AS d, generate_series(0, 30) AS n
        ) AS c;
        INSERT INTO agent_count_deltas
            (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
        SELECT id, base + n, 'research', 'draft', current_date, 1, 100, 1, 0 FROM sizes, generate_series(1, 20) AS n;

        """

    private static let rest = """
        INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, outcome, object_type, object_id,
            changes, create_time)
        SELECT s.id, s.id, s.base + 1 + n % 10, 'AgentService.' || (ARRAY['CreateAgent', 'UpdateAgent'])[n % 2 + 1],
            CASE WHEN n % 50 = 0 THEN 'refused' ELSE 'done' END, CASE WHEN n % 50 = 0 THEN '' ELSE 'agent' END,
            CASE WHEN n % 50 = 0 THEN '' ELSE (s.base + n / 2)::text END, '{"name": {"before": "a", "after": "b"}}',
            now() - make_interval(hours => 24 * 400) + make_interval(mins => n * 10)
        FROM sizes AS s, generate_series(1, 60000) AS n WHERE n <= s.agents + 50 ORDER BY n;
        INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response, create_time)
        SELECT s.id, s.base + 1 + n % 10, gen_random_uuid(), 'CreateAgent', sha256('x'), '{"id": 7}',
            now() - make_interval(mins => n * 15)
        FROM sizes AS s, generate_series(1, 100) AS n ORDER BY n DESC;
        INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
        SELECT s.id, date_bin('5 minutes', now(), 'epoch') - n * interval '5 minutes', 100, 1, 100000
        FROM sizes AS s, generate_series(0, 310) AS n ORDER BY n DESC;
        """
}
