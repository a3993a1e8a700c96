import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

/// What a page of the audit trail holds.
@Suite("Pages of the audit trail", .timeLimit(.minutes(2)))
struct AuditListTests {
    /// The least that a message may hold by default, less what surrounds the events of a page.
    private static let pageBytes = 1_000_000

    @Test("A page holds no more than a message does, whatever page size is asked for")
    func pageBytes() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            try database.execute(
                """
                TRUNCATE audit_events;
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, object_id, changes)
                SELECT '\(tenants.acme.id)', '\(tenants.acme.id)', 1, 'Test', n::text,
                    json_build_object('text', repeat('x', 100000))
                FROM generate_series(1, 40) AS n;
                """)
            let pages = try await Self.pages(database, tenants.acme.id, pageSize: 1_000)
            #expect(pages.count > 3)
            for page in pages {
                #expect(page.reduce(0) { $0 + $1.changes.utf8.count } < Self.pageBytes)
            }
            #expect(pages.flatMap { $0 }.map(\.objectID) == (1...40).reversed().map { "\($0)" })
        }
    }

    @Test("Events of one moment are each on one page, in one order")
    func sameTime() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            try database.execute(
                """
                TRUNCATE audit_events;
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, object_id)
                SELECT '\(tenants.acme.id)', '\(tenants.acme.id)', 1, 'Test', n::text
                FROM generate_series(1, 25) AS n;
                """)
            let pages = try await Self.pages(database, tenants.acme.id, pageSize: 10)
            #expect(pages.map(\.count) == [10, 10, 5])
            #expect(pages.flatMap { $0 }.map(\.objectID) == (1...25).reversed().map { "\($0)" })
        }
    }

    private static func pages(
        _ database: TestDatabase, _ tenant: String, pageSize: Int
    ) async throws -> [[AuditEvent]] {
        let id = TenantID(try #require(UUIDValue(tenant)))
        let caller = Caller(
            principal: Principal(
                tenant: TenantProfile(id: id), userID: 1, role: .tenantAdministrator, userIsActive: true,
                tokenID: "test"))
        var query = AuditQuery(pageSize: pageSize)
        var pages: [[AuditEvent]] = []
        while true {
            let page = try await database.run(ListAuditEventsStatement(query), as: caller)
            pages.append(page.rows)
            guard page.hasMore, let last = page.rows.last else { return pages }
            query.after = AuditQuery.cursor(after: last)
        }
    }
}
