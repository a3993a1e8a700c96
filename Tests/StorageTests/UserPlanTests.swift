import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

/// The plans of the statements on users and keys, in a database with 20 tenants of 2,000 users each, who have two keys.
@Suite("Query plans of users and keys", .timeLimit(.minutes(5)))
struct UserPlanTests {
    @Test("ListUsers reads a page by the key of users, in order", arguments: QueryPlan.customAndGeneric)
    func listUsers(mode: String) async throws {
        try await Self.withManyUsers { database, tenant in
            var query = UserQuery(pageSize: 50)
            let first = try await Self.plan(database, tenant, mode, "50, 'TENANT'", ListUsersStatement(query))
            first.expect(using: "users_pkey")
            first.expectUnsorted()
            query.after = PageCursor(.number(1_000))
            let next = try await Self.plan(database, tenant, mode, "50, 'TENANT', 1000", ListUsersStatement(query))
            next.expect(using: "users_pkey")
            next.expectUnsorted()
            #expect(next.description.contains("id > "), "\(next)")
        }
    }

    @Test("ListTokens reads a page by the index of times, in order", arguments: QueryPlan.customAndGeneric)
    func listTokens(mode: String) async throws {
        try await Self.withManyUsers { database, tenant in
            var query = TokenQuery(pageSize: 50)
            let first = try await Self.plan(database, tenant, mode, "50, 'TENANT'", ListTokensStatement(query))
            first.expect(using: "tokens_tenant_time_idx")
            first.expectUnsorted()
            query.after = PageCursor(.time(Timestamp(microseconds: 1)), .text("a"))
            let next = try await Self.plan(
                database, tenant, mode, "50, 'TENANT', now(), 'a'", ListTokensStatement(query))
            next.expect(using: "tokens_tenant_time_idx")
            next.expectUnsorted()
        }
    }

    @Test("The keys of one user are found by the index of their user", arguments: QueryPlan.customAndGeneric)
    func tokensOfUser(mode: String) async throws {
        try await Self.withManyUsers { database, tenant in
            var query = TokenQuery(pageSize: 50)
            query.userID = 7
            let plan = try await Self.plan(database, tenant, mode, "50, 'TENANT', 7", ListTokensStatement(query))
            plan.expect(using: "tokens_tenant_user_idx")
        }
    }

    private static func plan(
        _ database: TestDatabase, _ tenantID: String, _ mode: String, _ arguments: String,
        _ statement: some TenantStatement
    ) async throws -> QueryPlan {
        try await QueryPlan(
            database, tenantID: tenantID, mode: mode, arguments: arguments.replacing("TENANT", with: tenantID)
        ) { _ = try await $0.run(statement) }
    }

    private static func withManyUsers(_ body: (TestDatabase, String) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) SELECT 't' || n, '' FROM generate_series(1, 20) AS n;
                INSERT INTO users (tenant_id, id, email)
                SELECT t.id, u, 'u' || u || '@example.com' FROM tenants AS t, generate_series(1, 2000) AS u;
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest, create_time)
                SELECT u.tenant_id, md5(u.tenant_id::text || u.id || n), u.id, sha256('x'),
                    now() - make_interval(secs => u.id * 2 + n)
                FROM users AS u, generate_series(1, 2) AS n;
                ANALYZE;
                """)
            let tenant = try #require(database.rows("SELECT id FROM tenants WHERE slug = 't7'").first?.first ?? nil)
            try await body(database, tenant)
        }
    }
}
