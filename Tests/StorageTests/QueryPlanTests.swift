import Testing

internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

/// The plans of the statements as they are, taken from a connection that has prepared them.
@Suite("Query plans", .timeLimit(.minutes(3)))
struct QueryPlanTests {
    private static let customAndGeneric = ["force_custom_plan", "force_generic_plan"]

    @Test("GetAgent reads the row by its key", arguments: customAndGeneric)
    func getAgent(mode: String) async throws {
        try await Self.withManyAgents { agents in
            let plan = try await agents.plan(mode: mode, arguments: "'\(agents.tenantID)', 500, 1") { session in
                _ = try await session.run(GetAgentStatement(id: 500))
            }
            Self.expect(plan, using: "agents_pkey")
        }
    }

    @Test("ListAgents reads the page by an index, in order, without sorting", arguments: customAndGeneric)
    func listAgents(mode: String) async throws {
        try await Self.withManyAgents { agents in
            let plan = try await agents.plan(mode: mode, arguments: "'\(agents.tenantID)', 50, 1") { session in
                _ = try await session.run(ListAgentsStatement(AgentQuery(scope: .own, pageSize: 50)))
            }
            Self.expect(plan, using: "agents_tenant_active_idx")
            #expect(!plan.contains("Sort Key: a_1.id"), "\(plan)")
        }
    }

    @Test("ListPublicAgents reads the page by an index, in order, without sorting", arguments: customAndGeneric)
    func listPublicAgents(mode: String) async throws {
        try await Self.withManyAgents { agents in
            let plan = try await agents.plan(mode: mode, arguments: "'\(agents.tenantID)', 50") { session in
                _ = try await session.run(ListAgentsStatement(AgentQuery(scope: .public, pageSize: 50)))
            }
            Self.expect(plan, using: "agents_tenant_public_idx")
            #expect(!plan.contains("Sort Key: a_1.id"), "\(plan)")
        }
    }

    private static func expect(_ plan: String, using index: String) {
        #expect(plan.contains("using \(index) "), "\(plan)")
        #expect(!plan.contains("Seq Scan"), "\(plan)")
        // The setting is read once for the query, and no condition on rows calls for it.
        #expect(plan.contains("InitPlan"), "\(plan)")
        let conditions = plan.split(separator: "\n").filter { $0.contains("Filter:") || $0.contains("Cond:") }
        #expect(!conditions.isEmpty)
        #expect(conditions.allSatisfy { !$0.contains("current_") }, "\(plan)")
    }
}

/// A database with 40 tenants of 500 agents each.
private struct ManyAgents: Sendable {
    let database: TestDatabase
    let tenantID: String
}

extension QueryPlanTests {
    private static func withManyAgents(_ body: (ManyAgents) async throws -> Void) async throws {
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
            try await body(ManyAgents(database: database, tenantID: tenant))
        }
    }
}

extension ManyAgents {
    /// The plan that `agentd_app` gets for the statement that `run` runs.
    func plan(
        mode: String, arguments: String, run: @escaping @Sendable (TenantSession) async throws -> Void
    ) async throws -> String {
        let statement = try await prepared(run)
        let connection = try ScriptConnection(conninfo: database.application)
        try connection.execute(
            "SET plan_cache_mode = \(mode); PREPARE tested (\(statement.types)) AS \(statement.text)")
        try connection.execute("BEGIN; SET LOCAL app.current_tenant_id = '\(tenantID)'")
        let lines = try connection.rows("EXPLAIN (VERBOSE, COSTS OFF) EXECUTE tested (\(arguments))")
        return lines.compactMap { $0[0] }.joined(separator: "\n")
    }

    private func prepared(
        _ run: @escaping @Sendable (TenantSession) async throws -> Void
    ) async throws -> PreparedStatements.Found {
        let caller = try caller
        return try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: database.application)
            configuration.connections = 1
            return try await loop.withPool(configuration) { pool in
                try await loop.run {
                    let database = Database(tenantPool: pool, platformPool: pool)
                    try await run(database.tenantSession(for: caller, callID: "test", deadline: .never))
                    return try await pool.run(
                        PreparedStatements(), effect: .read, deadlineNanoseconds: Deadline.never.uptimeNanoseconds)
                }
            }
        }
    }

    private var caller: Caller {
        get throws {
            let id = TenantID(try #require(UUIDValue(tenantID)))
            return Caller(
                principal: Principal(
                    tenantID: id, tenantSlug: "t7", tenantState: .active, features: [], userID: 1, role: .member,
                    userIsActive: true, tokenID: "test"))
        }
    }
}

/// What this connection has prepared, without what is prepared for every call and for this question.
private struct PreparedStatements: Statement {
    struct Found: Sendable {
        let text: String
        let types: String
    }

    let text = StatementText(
        "prepared_statements",
        """
        SELECT statement, array_to_string(parameter_types, ', ') FROM pg_prepared_statements
        WHERE name NOT LIKE 'set_tenant_context%' AND name NOT LIKE 'prepared_statements%'
        """, [])

    func bind(to parameters: inout Parameters) {}

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Found {
        Found(text: try rows.text(0, 0), types: try rows.text(0, 1))
    }
}
