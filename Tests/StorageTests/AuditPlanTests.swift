import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

/// The plans of `ListAuditEvents`, in a database with 20 tenants of 5,000 events each: every hundredth is a refused
/// attempt, each of 50 users made a hundred, and every fourth is of the same object.
@Suite("Query plans of the audit trail", .timeLimit(.minutes(5)))
struct AuditPlanTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// The values of the statement's parameters behind the page size and the tenant, as SQL.
        let arguments: String
        let index: String
        /// Whether there are so few rows that they may be sorted.
        var areFew = false
        let change: @Sendable (inout AuditQuery) -> Void

        var testDescription: String { name }
    }

    private static let time = "audit_events_tenant_time_idx"
    private static let object = "audit_events_tenant_object_idx"
    private static let someday = Timestamp(microseconds: 1_750_000_000_000_000)
    private static let moment = "now() - interval '20 minutes'"

    private static let cases = [
        Case(name: "no filter", arguments: "", index: time) { _ in },
        Case(name: "the next page", arguments: ", \(moment), 7", index: time) {
            $0.after = PageCursor(.time(someday), .number(7))
        },
        Case(name: "a time span", arguments: ", \(moment), now()", index: time) {
            $0.filter.since = someday
            $0.filter.before = someday
        },
        Case(name: "a type", arguments: ", 'agent'", index: time) { $0.filter.objectType = "agent" },
        Case(name: "an object", arguments: ", 'agent', '7'", index: object, areFew: true) {
            $0.filter.objectType = "agent"
            $0.filter.objectID = "7"
        },
        Case(name: "a busy object", arguments: ", 'tenant', 'busy'", index: object) {
            $0.filter.objectType = "tenant"
            $0.filter.objectID = "busy"
        },
        Case(name: "the next page of a busy object", arguments: ", 'tenant', 'busy', \(moment), 7", index: object) {
            $0.filter.objectType = "tenant"
            $0.filter.objectID = "busy"
            $0.after = PageCursor(.time(someday), .number(7))
        },
        Case(name: "an id alone", arguments: ", '7'", index: object, areFew: true) { $0.filter.objectID = "7" },
        Case(name: "an actor", arguments: ", 7", index: "audit_events_tenant_actor_idx") {
            $0.filter.actorUserID = 7
        },
        Case(name: "refused attempts", arguments: "", index: object) { $0.filter.outcome = .refused },
        Case(name: "what was done", arguments: "", index: time) { $0.filter.outcome = .done },
        Case(name: "an action", arguments: ", 'AgentService.CreateAgent'", index: time) {
            $0.filter.action = .exactly("AgentService.CreateAgent")
        },
        Case(name: "the beginning of an action", arguments: ", 'AgentService.'", index: time) {
            $0.filter.action = .startsWith("AgentService.")
        },
    ]

    @Test("A page is read by an index, whatever it is filtered by", arguments: QueryPlan.customAndGeneric)
    func pages(mode: String) async throws {
        try await Self.withManyEvents { database, tenant in
            for test in Self.cases {
                var query = AuditQuery(pageSize: 50)
                test.change(&query)
                let statement = ListAuditEventsStatement(query)
                let plan = try await QueryPlan(
                    database, tenantID: tenant, mode: mode, arguments: "50, '\(tenant)'\(test.arguments)"
                ) { _ = try await $0.run(statement) }
                let scans = [" using \(test.index) ", " on \(test.index)\n"]
                #expect(scans.contains { plan.description.contains($0) }, "\(test.name): \(plan)")
                #expect(!plan.description.contains("Seq Scan"), "\(test.name): \(plan)")
                #expect(plan.description.contains("InitPlan"), "\(test.name): \(plan)")
                if !test.areFew { plan.expectUnsorted() }
            }
        }
    }

    private static func withManyEvents(_ body: (TestDatabase, String) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) SELECT 't' || n, '' FROM generate_series(1, 20) AS n;
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, outcome, object_type,
                    object_id, changes, create_time)
                SELECT t.id, t.id, n % 50, 'AgentService.CreateAgent',
                    CASE WHEN n % 100 = 0 THEN 'refused' ELSE 'done' END,
                    CASE WHEN n % 100 = 0 THEN '' WHEN n % 4 = 0 THEN 'tenant'
                        ELSE (ARRAY['agent', 'token', 'user'])[n % 3 + 1] END,
                    CASE WHEN n % 100 = 0 THEN '' WHEN n % 4 = 0 THEN 'busy' ELSE (n % 500)::text END,
                    '{"name": "x"}',
                    now() - make_interval(secs => n)
                FROM tenants AS t, generate_series(1, 5000) AS n;
                ANALYZE;
                """)
            let tenant = try #require(database.rows("SELECT id FROM tenants WHERE slug = 't7'").first?.first ?? nil)
            try await body(database, tenant)
        }
    }
}
