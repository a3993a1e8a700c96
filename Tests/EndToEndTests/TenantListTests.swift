import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("Listing tenants", .bothDoors, .timeLimit(.minutes(3)))
struct TenantListTests {
    /// Sixty tenants `t00` to `t59` besides the three that every world has. Every tenth is suspended, those after it
    /// are deleted, those after them have a domain, and every fifth has a feature.
    private func withMany(_ body: (Caller, World) async throws -> Void) async throws {
        try await World.with { world in
            try world.database.execute(
                """
                INSERT INTO tenants (slug, display_name, state, delete_time, domain, features)
                SELECT 't' || to_char(n, 'FM00'), repeat('é', 255),
                    CASE n % 10 WHEN 0 THEN 'suspended' WHEN 1 THEN 'deleted' ELSE 'active' END,
                    CASE n % 10 WHEN 1 THEN now() END,
                    CASE n % 10 WHEN 2 THEN 't' || n || '.example' END,
                    CASE n % 5 WHEN 0 THEN '{priority_support}' ELSE '{}' END::text[]
                FROM generate_series(0, 59) AS n
                """)
            try await world.speakAsSystemAdministrator { try await body($0, world) }
        }
    }

    private static func slugs(_ numbers: some Sequence<Int>) -> [String] {
        numbers.map { $0 < 10 ? "t0\($0)" : "t\($0)" }
    }

    @Test("Pages hold every tenant that is not deleted once, by slug")
    func pages() async throws {
        try await withMany { root, _ in
            var slugs: [String] = []
            var token = ""
            repeat {
                let page = try await root.listTenants {
                    $0.pageSize = 7
                    $0.pageToken = token
                }
                #expect(page.tenants.count <= 7 && (page.tenants.count == 7 || page.nextPageToken.isEmpty))
                slugs += page.tenants.map(\.slug)
                token = page.nextPageToken
            } while !token.isEmpty
            let expected = ["acme", "default", "globex"] + Self.slugs((0..<60).filter { $0 % 10 != 1 })
            #expect(slugs == expected)
            let usual = try await root.listTenants()
            #expect(usual.tenants.map(\.slug) == Array(expected.prefix(50)) && !usual.nextPageToken.isEmpty)
        }
    }

    @Test("Deleted ones are shown when asked for, also several that had the same slug")
    func deleted() async throws {
        try await withMany { root, world in
            try world.database.execute(
                """
                INSERT INTO tenants (slug, display_name, state, delete_time)
                SELECT 'twin', 'Twin', 'deleted', now() FROM generate_series(1, 5)
                """)
            var ids: Set<String> = []
            var token = ""
            repeat {
                let page = try await root.listTenants {
                    $0.pageSize = 2
                    $0.pageToken = token
                    $0.filter = "slug = twin"
                    $0.showDeleted = true
                }
                ids.formUnion(page.tenants.map(\.id))
                token = page.nextPageToken
            } while !token.isEmpty
            #expect(ids.count == 5)
            let all = try await root.listTenants {
                $0.pageSize = 1_000
                $0.showDeleted = true
            }
            #expect(all.tenants.count == 68 && all.nextPageToken.isEmpty)
        }
    }

    /// A filter, and the tenants that it finds when deleted ones are shown.
    private static let filters: [(filter: String, slugs: [String])] = [
        ("state = SUSPENDED", slugs(stride(from: 0, to: 60, by: 10))),
        ("state = TENANT_STATE_DELETED AND slug = t0*", ["t01"]),
        ("slug = t1*", slugs(10..<20)), ("slug = t17", ["t17"]), ("slug = T17", []),
        ("domain = T12.example", ["t12"]), ("domain = \"t12.example\"", ["t12"]), ("domain = t13.example", []),
        ("feature = priority_support AND slug = t1*", ["t10", "t15"]),
        ("feature = agent_sharing", ["acme"]),
        ("slug = t0* AND state = ACTIVE AND feature = priority_support", ["t05"]),
    ]

    @Test("Filters by state, slug, domain and feature")
    func filters() async throws {
        try await withMany { root, _ in
            for (filter, slugs) in Self.filters {
                let page = try await root.listTenants {
                    $0.filter = filter
                    $0.pageSize = 100
                    $0.showDeleted = true
                }
                #expect(page.tenants.map(\.slug) == slugs, "\(filter)")
            }
            // Without being asked for, deleted ones are not shown, whatever the filter says.
            #expect(try await root.listTenants { $0.filter = "state = DELETED" }.tenants.isEmpty)
        }
    }

    @Test("Wrong filters and page sizes are refused, and a page token is good for its own list alone")
    func wrong() async throws {
        try await withMany { root, world in
            let filters = [
                "state = BROKEN", "colour = red", "feature = time_travel", "slug", "domain = t*",
                "state = ACTIVE slug = x",
                "slug = \"*x\"", "slug = a AND slug = b",
            ]
            for filter in filters {
                await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                    try await root.listTenants { $0.filter = filter }
                }
            }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await root.listTenants { $0.pageSize = -1 } }
            let page = try await root.listTenants { $0.pageSize = 2 }
            for change: @Sendable (inout ListTenantsRequest) -> Void in [
                { $0.showDeleted = true }, { $0.filter = "state = ACTIVE" }, { $0.pageToken += "A" },
            ] {
                await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                    try await root.listTenants {
                        $0.pageToken = page.nextPageToken
                        change(&$0)
                    }
                }
            }
            // The page size may change from page to page.
            _ = try await root.listTenants {
                $0.pageSize = 5
                $0.pageToken = page.nextPageToken
            }
        }
    }

    @Test("A thousand tenants with the longest names fit one message, or come in more pages")
    func largest() async throws {
        try await World.with { world in
            try world.database.execute(
                """
                INSERT INTO tenants (slug, display_name, domain, features)
                SELECT rpad('t' || n, 63, 'x'), repeat('😀', 255), repeat('d', 240) || n || '.example',
                    '{custom_agents,agent_sharing,advanced_analytics,priority_support}'
                FROM generate_series(1, 1000) AS n
                """)
            try await world.speakAsSystemAdministrator { root in
                var count = 0
                var token = ""
                repeat {
                    let page = try await root.listTenants {
                        $0.pageSize = 1_000
                        $0.pageToken = token
                    }
                    count += page.tenants.count
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(count == 1_003)
            }
        }
    }
}
