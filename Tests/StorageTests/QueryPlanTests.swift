import Testing

internal import Storage
internal import TestSupport

/// The plans of the statements on agents as they are.
@Suite("Query plans", .timeLimit(.minutes(3)))
struct QueryPlanTests {
    @Test("GetAgent reads the row by its key", arguments: QueryPlan.customAndGeneric)
    func getAgent(mode: String) async throws {
        let plan = try await Self.plan(mode, "'TENANT', 500, 1, 'TENANT'") {
            try await GetAgentStatement(id: 500).finds(in: $0)
        }
        plan.expect(using: "agents_pkey")
        plan.expectSettingBeforeRows()
    }

    @Test("ListAgents reads the page by an index, in order, without sorting", arguments: QueryPlan.customAndGeneric)
    func listAgents(mode: String) async throws {
        let plan = try await Self.plan(mode, "50, 'TENANT', 1, 15000, 'TENANT'") {
            try await ListAgentsStatement(AgentQuery(scope: .own, pageSize: 50)).finds(in: $0)
        }
        plan.expect(using: "agents_tenant_active_idx")
        plan.expectUnsorted()
        plan.expectSettingBeforeRows()
    }

    @Test(
        "ListPublicAgents reads the page by an index, in order, without sorting", arguments: QueryPlan.customAndGeneric)
    func listPublicAgents(mode: String) async throws {
        let plan = try await Self.plan(mode, "50, 'TENANT', 15000, 'TENANT'") {
            try await ListAgentsStatement(AgentQuery(scope: .public, pageSize: 50)).finds(in: $0)
        }
        plan.expect(using: "agents_tenant_public_idx")
        plan.expectUnsorted()
        plan.expectSettingBeforeRows()
    }

    /// The plan in a database with 40 tenants of 500 agents each; `TENANT` in `arguments` stands for one of them.
    private static func plan(
        _ mode: String, _ arguments: String, run: @escaping @Sendable (TenantSession) async throws -> Void
    ) async throws -> QueryPlan {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) SELECT 't' || n, '' FROM generate_series(1, 40) AS n;
                INSERT INTO users (tenant_id, id, email)
                SELECT t.id, u, 'u' || u || '@example.com' FROM tenants AS t, generate_series(1, 5) AS u;
                INSERT INTO agents (tenant_id, id, owner_id, name, agent_type, is_public)
                SELECT t.id, n, 1 + n % 5, 'agent ' || n, 'research', n % 2 = 0
                FROM tenants AS t, generate_series(1, 500) AS n;
                ANALYZE;
                """)
            let tenant = try #require(database.rows("SELECT id FROM tenants WHERE slug = 't7'").first?.first ?? nil)
            return try await QueryPlan(
                database, tenantID: tenant, mode: mode, arguments: arguments.replacing("TENANT", with: tenant), run: run
            )
        }
    }
}
