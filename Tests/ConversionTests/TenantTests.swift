import Testing

internal import Storage
internal import TestSupport

@Suite("Users of several tenants", .timeLimit(.minutes(3)))
struct TenantTests {
    @Test("The map gives users and their agents to tenants in the same run; an e-mail says more than its domain")
    func map() async throws {
        try await LegacyApplication.with { application in
            try application.execute(
                "UPDATE users SET email = 'U' || id || '@Acme.example' WHERE id IN (2, 3, 4)")
            let map = try rules(
                (.tenant, "acme.example", "acme"), (.tenant, "u4@acme.example", "globex"), (.tenant, "no.example", "x"))
            let times = try application.rows("SELECT updated_at FROM agents WHERE owner_id = 2 ORDER BY id")
            let report = try application.convert(map)
            #expect(report.tenants.map(\.slug) == ["acme", "default", "globex", "x"])
            #expect(report.tenants.map(\.users) == ["2", "17", "1", "0"])
            #expect(report.tenants.map(\.agents) == ["20", "170", "10", "0"])
            let owners = try application.database.rows(
                """
                SELECT t.slug, count(*) FROM public.agents AS a JOIN tenants AS t ON t.id = a.tenant_id
                WHERE a.owner_id IN (2, 3, 4) AND t.state = 'active' GROUP BY 1 ORDER BY 1
                """)
            #expect(owners == [["acme", "20"], ["globex", "10"]])
            // Times are those that the application had.
            let kept = try application.database.rows(
                "SELECT CASE WHEN update_time > create_time THEN update_time AT TIME ZONE 'UTC' END "
                    + "FROM public.agents WHERE owner_id = 2 ORDER BY id")
            #expect(kept == times)
            #expect(try application.rows("SELECT count(*) FROM users WHERE id IN (2, 3, 4)") == [["0"]])
            let trail = try application.database.rows(
                "SELECT count(*) FROM audit_events WHERE action = 'agentd convert' AND object_type = 'user'")
            #expect(trail == [["6"]])
        }
    }

    @Test("A split that is stopped goes on, and ends the same")
    func resumedSplit() async throws {
        try await LegacyApplication.with { application in
            let isStopped = Flag()
            let map = try rules((.tenant, "example.com", "acme"))
            #expect {
                _ = try application.conversion.run(
                    map,
                    isStopped: {
                        guard
                            (try? application.database.rows(
                                "SELECT rows FROM agentd_conversion.steps WHERE name = 'split' AND rows >= 7")) == [
                                    ["7"]
                                ]
                        else { return isStopped.isSet }
                        isStopped.set()
                        return true
                    })
            } throws: { "\($0)".contains("Stopped") }
            let report = try application.convert()
            #expect(report.tenants.map { "\($0.slug) \($0.users) \($0.agents)" } == ["acme 20 200", "default 0 0"])
        }
    }

    @Test("A user moves later with its agents and keys, and back to the application with its password")
    func move() async throws {
        try await LegacyApplication.with { application in
            try application.convert(try rules((.tenant, "user2@example.com", "acme")))
            try application.database.execute(
                """
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
                SELECT id, 'k', 3, sha256('') FROM tenants WHERE slug = 'default'
                """)
            let owner = application.database.owner
            let move = MoveUser(ownerConninfo: owner, user: "USER3@example.com", from: nil, to: "acme")
            let before = try application.database.rows("SELECT xmin FROM public.users WHERE id = 3")
            let planned = try move.plan()
            #expect(planned.userID == 3 && planned.agents == 10 && planned.tokens == 1)
            #expect(try application.database.rows("SELECT xmin FROM public.users WHERE id = 3") == before)
            let texts =
                "SELECT name, description, agent_type, status, system_prompt, config FROM agents "
                + "WHERE owner_id = 3 ORDER BY id"
            let written = try application.rows(texts)
            let moved = try move.run()
            #expect(moved.fromSlug == "default" && moved.agents == 10 && moved.tokens == 1)
            #expect(try application.rows("SELECT count(*) FROM agents WHERE owner_id = 3") == [["0"]])
            let password = "SELECT hashed_password, full_name FROM users WHERE id = 3"
            #expect(try application.rows(password) == [])
            _ = try MoveUser(ownerConninfo: owner, user: "3", from: "acme", to: "default").run()
            #expect(try application.rows(password) == [["eccbc87e4b5ce2fe28308fd9f2a7baf3", "User 3"]])
            #expect(try application.rows("SELECT count(*) FROM agents WHERE owner_id = 3") == [["10"]])
            #expect(try application.rows(texts) == written)
            let tokens = try application.database.rows(
                "SELECT t.slug FROM tokens AS k JOIN tenants AS t ON t.id = k.tenant_id")
            #expect(tokens == [["default"]])
        }
    }

    @Test("A move that would not work is refused with the reason", arguments: refusals)
    func refusal(_ preparation: String, _ user: String, _ to: String, _ words: String) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) VALUES ('a', 'A'), ('b', 'B');
                INSERT INTO users (tenant_id, id, email, role)
                SELECT id, 1, 'ann@x.example', 'tenant_admin' FROM tenants WHERE slug = 'a';
                INSERT INTO users (tenant_id, id, email) SELECT id, 2, 'bob@x.example' FROM tenants WHERE slug = 'a';
                \(preparation)
                """)
            let before = try database.rows("SELECT u::text FROM users AS u ORDER BY 1")
            #expect {
                _ = try MoveUser(ownerConninfo: database.owner, user: user, from: nil, to: to).run()
            } throws: { "\($0)".contains(words) }
            #expect(try database.rows("SELECT u::text FROM users AS u ORDER BY 1") == before)
        }
    }

    static let refusals: [(String, String, String, String)] = [
        ("", "carol@x.example", "b", "There is no user carol@x.example"), ("", "2", "c", "There is no tenant c"),
        ("", "2", "a", "is in the tenant a already"), ("", "1", "b", "last administrator"),
        ("UPDATE tenants SET state = 'suspended' WHERE slug = 'b';", "2", "b", "suspended"),
        (
            "UPDATE tenants SET max_users = 1 WHERE slug = 'b'; INSERT INTO users (tenant_id, email) "
                + "SELECT id, 'x@x' FROM tenants WHERE slug = 'b';", "2", "b", "may have 1 users, and would have 2"
        ),
        (
            "INSERT INTO users (tenant_id, id, email) SELECT id, 3, 'BOB@x.example' FROM tenants WHERE slug = 'b';",
            "2", "b",
            "has a user bob@x.example already"
        ),
        (
            "INSERT INTO users (tenant_id, id, email) SELECT id, 3, 'BOB@x.example' FROM tenants WHERE slug = 'b';",
            "bob@x.example", "a", "say which with --from"
        ),
    ]

    @Test("A move also works for an owner whom row-level security binds")
    func boundOwner() async throws {
        try await TestRole.with("CREATEROLE") { role in
            try await TestDatabase.with(migrated: false) { database in
                try database.execute("ALTER DATABASE \(database.name) OWNER TO \(role)")
                let conninfo = database.conninfo(user: role)
                _ = try Migrator(ownerConninfo: conninfo).migrate()
                try database.execute(
                    """
                    GRANT agentd_platform TO \(role);
                    INSERT INTO tenants (slug, display_name) VALUES ('a', 'A'), ('b', 'B');
                    INSERT INTO users (tenant_id, id, email)
                    SELECT id, 2, 'bob@x.example' FROM tenants WHERE slug = 'a';
                    INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                    SELECT id, 2, 'a', 'custom' FROM tenants WHERE slug = 'a';
                    """)
                let before = try database.catalogue()
                #expect(try MoveUser(ownerConninfo: conninfo, user: "2", from: nil, to: "b").run().agents == 1)
                #expect(try database.catalogue() == before)
            }
        }
    }
}
