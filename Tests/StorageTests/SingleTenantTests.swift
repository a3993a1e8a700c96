import Testing

internal import AgentdCore
internal import Storage
internal import TestSupport

@Suite("Single tenant", .timeLimit(.minutes(2)))
struct SingleTenantTests {
    private static func single(_ database: TestDatabase, slug: String = "default") -> SingleTenant {
        SingleTenant(platformConninfo: database.platform, slug: slug)
    }

    private static func insert(_ slug: String, state: String = "active", _ database: TestDatabase) throws -> String {
        let deleteTime = state == "deleted" ? "now()" : "NULL"
        let rows = try database.rows(
            """
            INSERT INTO tenants (slug, display_name, state, delete_time) VALUES ($1, $1, $2, \(deleteTime)) RETURNING id
            """, [slug, state])
        return try #require(rows.first?.first ?? nil)
    }

    /// Slug and state of each.
    private static func tenants(_ database: TestDatabase) throws -> [[String?]] {
        try database.rows("SELECT slug, state FROM tenants ORDER BY slug, state")
    }

    @Test("Where there is none it is made once, however many daemons start at once, with one audit row")
    func madeOnce() async throws {
        try await TestDatabase.with { database in
            let ids = try await inParallel(8) { try Self.single(database).settle() }
            let id = try #require(Set(ids).count == 1 ? ids.first : nil)
            #expect(try Self.tenants(database) == [["default", "active"]])
            let audit = try database.rows(
                "SELECT tenant_id, actor_user_id, action, object_type, object_id FROM audit_events")
            #expect(audit == [["\(id)", "0", "agentd serve", "tenant", "\(id)"]])
            #expect(try Self.single(database).settle() == id)
        }
    }

    @Test("One that is there is found and not made, and deleted ones do not count")
    func found() async throws {
        try await TestDatabase.with { database in
            _ = try Self.insert("acme", state: "deleted", database)
            _ = try Self.insert("default", state: "deleted", database)
            let id = try Self.insert("default", database)
            #expect(try Self.single(database).settle().description == id)
            #expect(try Self.tenants(database).count == 3)
            #expect(try Self.single(database).check().passed)
            #expect(try database.rows("SELECT count(*) FROM audit_events") == [["0"]])
        }
    }

    @Test("Where every other tenant is deleted it is made")
    func afterOthers() async throws {
        try await TestDatabase.with { database in
            _ = try Self.insert("acme", state: "deleted", database)
            _ = try Self.single(database).settle()
            #expect(try Self.tenants(database) == [["acme", "deleted"], ["default", "active"]])
        }
    }

    @Test("Looking makes nothing")
    func check() async throws {
        try await TestDatabase.with { database in
            try #expect(Self.single(database).check().passed)
            try #expect(Self.tenants(database) == [])
        }
    }

    /// What is in the database before the default tenant, and what a refusal must say.
    private static let contradictions: [(tenants: [(String, String)], words: [String])] = [
        ([("default", "suspended")], ["this tenant is suspended", "agentctl tenants resume default"]),
        ([("default", "deleted")], ["this tenant is deleted", "agentctl tenants undelete "]),
        (
            [("default", "active"), ("acme", "active")],
            [
                "also has acme. Set ENABLE_TENANT_ISOLATION=true, or delete every other tenant; DEFAULT_TENANT_SLUG "
                    + "says which one stays."
            ]
        ),
        ([("default", "active"), ("acme", "suspended")], ["also has acme."]),
        ([("acme", "active")], ["also has acme.", "or set DEFAULT_TENANT_SLUG=acme if that is the one"]),
        (
            [("a", "active"), ("b", "active"), ("c", "active"), ("d", "active"), ("default", "suspended")],
            ["also has a, b, c and more.", "DEFAULT_TENANT_SLUG says which one stays."]
        ),
    ]

    @Test("A database that is not one of this tenant alone is refused with what to do", arguments: contradictions)
    func contradiction(tenants: [(String, String)], words: [String]) async throws {
        try await TestDatabase.with { database in
            for (slug, state) in tenants { _ = try Self.insert(slug, state: state, database) }
            let failure = try #require(throws: SingleTenant.Failure.self) { try Self.single(database).settle() }
            guard case .contradiction(let finding, let remedy) = failure else {
                Issue.record("\(failure)")
                return
            }
            let text = failure.description
            #expect(text.hasPrefix("ENABLE_TENANT_ISOLATION is false"))
            #expect(words.allSatisfy(text.contains), "\(text)")
            #expect(try Self.tenants(database).count == tenants.count)

            let check = try Self.single(database).check()
            #expect(!check.passed && check.finding == finding && check.remedy == remedy)
        }
    }

    @Test("A database that cannot be asked is told from one that contradicts")
    func unreachable() throws {
        let failure = try #require(throws: SingleTenant.Failure.self) {
            try SingleTenant(platformConninfo: "host=/nonexistent dbname=agentd", slug: "default").settle()
        }
        guard case .unavailable = failure else {
            Issue.record("\(failure)")
            return
        }
    }

    @Test("The first administrator goes into the tenant that has the slug now, not into one that had it")
    func systemAdministrator() async throws {
        try await TestDatabase.with { database in
            let deleted = try Self.insert("default", state: "deleted", database)
            func make(_ id: String) throws -> SystemAdministrator {
                try SystemAdministrator(
                    ownerConninfo: database.owner, tenantSlug: "default", email: "root@example.com",
                    adding: SystemAdministrator.Key(
                        id: id, secretDigest: [UInt8](repeating: 0, count: 32), displayName: "test", expireTime: nil))
            }
            let first = try make("first")
            #expect(first.tenantID != deleted)
            #expect(try make("second").tenantID == first.tenantID)
            #expect(try Self.tenants(database) == [["default", "active"], ["default", "deleted"]])
            #expect(try Self.single(database).settle().description == first.tenantID)
            try Self.expectTrail(of: first, database)
        }
    }

    /// Whoever has the database made a tenant, a user and two keys; the trail says so, and what they are.
    private static func expectTrail(of made: SystemAdministrator, _ database: TestDatabase) throws {
        let audit = try database.rows(
            """
            SELECT DISTINCT tenant_id, actor_tenant_id, actor_user_id, token_id, action, outcome FROM audit_events
            """)
        #expect(audit == [[made.tenantID, made.tenantID, "0", "", "agentd token create", "done"]])
        let objects = try database.rows(
            """
            SELECT object_type, object_id, CASE object_type
                WHEN 'tenant' THEN changes -> 'slug' ->> 'after' ELSE changes::jsonb::text END
            FROM audit_events ORDER BY id
            """)
        let user = "\(made.userID)"
        let key = #"{"user_id": \#(user), "expire_time": null, "display_name": "test"}"#
        #expect(
            objects == [
                ["tenant", made.tenantID, "default"],
                ["user", user, #"{"role": "system_admin", "email": "root@example.com"}"#],
                ["token", "first", key], ["token", "second", key],
            ])
    }
}
