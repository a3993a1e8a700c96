import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

/// The plans of the statistics, in a database with 30 tenants that have many rows in every table.
@Suite("Query plans of statistics", .timeLimit(.minutes(5)))
struct StatsPlanTests {
    @Test(
        "Statistics look at no agent, and find everything by an index of the tenant",
        arguments: QueryPlan.customAndGeneric, [false, true])
    func stats(mode: String, includesBreakdowns: Bool) async throws {
        try await Self.withManyRows { database, tenant in
            let plan = try await QueryPlan(
                database, tenantID: tenant, mode: mode, arguments: "'\(tenant)'"
            ) { _ = try await $0.run(TenantStatsStatement(includesBreakdowns: includesBreakdowns)) }
            let text = plan.description
            for index in ["agent_counts_pkey", "agent_count_deltas_pkey", "users_pkey", "tenant_calls_pkey"] {
                #expect(text.contains(index), "\(plan)")
            }
            #expect(text.contains("tokens_tenant_user_idx") || text.contains("tokens_tenant_time_idx"), "\(plan)")
            #expect(!text.contains("Seq Scan") && !text.contains("public.agents "), "\(plan)")
            // The tenant's setting is read once for each table, and no condition on rows calls for it.
            let conditions = text.split(separator: "\n").filter { $0.contains("Filter:") || $0.contains("Cond:") }
            #expect(conditions.allSatisfy { !$0.contains("current_") }, "\(plan)")
        }
    }

    @Test(
        "Compaction finds what it changes by index, however many counts there are",
        arguments: QueryPlan.customAndGeneric)
    func compaction(mode: String) async throws {
        try await Self.withManyRows { database, _ in
            let plan = try await QueryPlan(ofPlatform: database, mode: mode, arguments: "0") {
                _ = try await $0.run(CompactAgentCountsStatement(startPage: 0))
            }
            let lines = plan.description.split(separator: "\n")
            #expect(lines.contains { $0.contains("agent_counts_pkey on public.agent_counts") }, "\(plan)")
            #expect(!lines.contains { $0.contains("Seq Scan on public.agent_counts") }, "\(plan)")
            #expect(lines.contains { $0.contains("Tid Range Scan on public.agent_count_deltas") }, "\(plan)")
        }
    }

    /// A plan that was made for an empty table is kept while the table grows: a join over it would look at all of it
    /// for each row.
    @Test("Compaction goes straight to what it takes, also when PostgreSQL takes the queue to be empty")
    func compactionOfEmptyQueue() async throws {
        try await Self.withManyRows { database, _ in
            try database.execute("DELETE FROM agent_count_deltas")
            try database.execute("VACUUM ANALYZE agent_count_deltas")
            // As the pool's connections have it.
            let mode = "force_generic_plan; SET enable_seqscan = off"
            let plan = try await QueryPlan(ofPlatform: database, mode: mode, arguments: "0") {
                _ = try await $0.run(CompactAgentCountsStatement(startPage: 0))
            }
            let lines = plan.description.split(separator: "\n")
            #expect(lines.contains { $0.contains("Tid Range Scan on public.agent_count_deltas") }, "\(plan)")
            #expect(lines.contains { $0.contains("TID Cond: (agent_count_deltas") && $0.contains("= ANY") }, "\(plan)")
            #expect(!lines.contains { $0.contains("Seq Scan on public.agent_count_deltas") }, "\(plan)")
        }
    }

    private static func withManyRows(_ body: (TestDatabase, String) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) SELECT 't' || n, '' FROM generate_series(1, 30) AS n;
                INSERT INTO users (tenant_id, id, email)
                SELECT t.id, u, 'u' || u || '@example.com' FROM tenants AS t, generate_series(1, 1000) AS u;
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
                SELECT tenant_id, md5(tenant_id::text || id), id, sha256('x') FROM users;
                INSERT INTO agent_counts (tenant_id, dimension, key, agents, bytes)
                SELECT tenant_id, 'owner', id::text, 1, 1 FROM users;
                INSERT INTO agent_counts (tenant_id, dimension, key, agents, bytes)
                SELECT t.id, 'created', (current_date - n)::text, 1, 1 FROM tenants AS t, generate_series(0, 30) AS n;
                INSERT INTO agent_count_deltas
                    (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
                SELECT tenant_id, id, 'research', 'draft', current_date, 1, 1, 1, 0 FROM users;
                INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
                SELECT t.id, now() - n * interval '5 minutes', 1, 0, 1
                FROM tenants AS t, generate_series(1, 300) AS n;
                ANALYZE;
                """)
            let tenant = try #require(database.rows("SELECT id FROM tenants WHERE slug = 't7'").first?.first ?? nil)
            try await body(database, tenant)
        }
    }
}
