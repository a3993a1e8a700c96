import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

/// The plans of the statements on tenants, in a database with 20,000 of them, half of which are deleted.
@Suite("Query plans of tenants", .timeLimit(.minutes(3)))
struct TenantPlanTests {
    private static func plan(
        _ database: TestDatabase, _ mode: String, _ arguments: String, _ statement: some PlatformStatement
    ) async throws -> QueryPlan {
        try await QueryPlan(ofPlatform: database, mode: mode, arguments: arguments) { _ = try await $0.run(statement) }
    }

    private static func expect(_ plan: QueryPlan, using index: String) {
        #expect(plan.description.contains("using \(index) "), "\(plan)")
        #expect(!plan.description.contains("Seq Scan"), "\(plan)")
    }

    @Test("ListTenants reads a page from its place on by an index of slugs", arguments: QueryPlan.customAndGeneric)
    func list(mode: String) async throws {
        try await Self.withManyTenants { database in
            var query = TenantQuery(pageSize: 50)
            query.after = TenantQuery.Cursor(slug: "t7", id: TenantID(UUIDValue(high: 0, low: 0)))
            let arguments = "50, 't7', '00000000-0000-0000-0000-000000000000'"
            // Each living tenant has a slug of its own: sorting those of one slug by their ids is no work.
            let living = try await Self.plan(database, mode, arguments, ListTenantsStatement(query))
            Self.expect(living, using: "tenants_slug_key", from: "slug >= ")
            query.includesDeleted = true
            let all = try await Self.plan(database, mode, arguments, ListTenantsStatement(query))
            Self.expect(all, using: "tenants_slug_id_idx", from: "ROW(r_2.slug, r_2.id) > ROW(")
            all.expectUnsorted()
        }
    }

    private static func expect(_ plan: QueryPlan, using index: String, from condition: String) {
        expect(plan, using: index)
        let lines = plan.description.split(separator: "\n")
        #expect(lines.contains { $0.contains("Index Cond:") && $0.contains(condition) }, "\(plan)")
    }

    private static let keys: [(key: FindTenantStatement.Key, argument: String, index: String)] = [
        (.id(TenantID(UUIDValue(high: 0, low: 0))), "'00000000-0000-0000-0000-000000000000'", "tenants_pkey"),
        (.slug("t7"), "'t7'", "tenants_slug_key"), (.domain("t7.example"), "'t7.example'", "tenants_domain_key"),
    ]

    @Test("A tenant is found by the index of its key", arguments: QueryPlan.customAndGeneric)
    func find(mode: String) async throws {
        try await Self.withManyTenants { database in
            for (key, argument, index) in Self.keys {
                let plan = try await Self.plan(database, mode, argument, FindTenantStatement(key))
                Self.expect(plan, using: index)
            }
        }
    }

    private static func withManyTenants(_ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name, domain, state, delete_time)
                SELECT 't' || n, '', 't' || n || '.example', s.state, CASE s.state WHEN 'deleted' THEN now() END
                FROM generate_series(1, 10000) AS n, unnest(ARRAY['active', 'deleted']) AS s (state);
                ANALYZE;
                """)
            try await body(database)
        }
    }
}
