import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl tenants", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlTenantTests {
    private static func slug(_ name: String) -> String { "\(name)-\(UInt32.random(in: 0 ... .max))" }

    /// Makes a tenant and gives its slug and id.
    private static func make(_ world: World, _ name: String, _ options: String...) async throws -> (String, String) {
        let slug = slug(name)
        let exit = try await world.agentctl(
            token: world.systemAdministrator, ["tenants", "create", "--slug", slug, "--output", "json"] + options)
        #expect(exit.code == 0, "\(exit.log)")
        return (slug, try #require(try exit.json()["id"] as? String))
    }

    @Test("A tenant is made with all that it can have, its first administrator too")
    func create() async throws {
        let world = try World.shared
        let slug = Self.slug("full")
        let tenant = try await world.agentctlAsRoot(
            "tenants", "create", "--slug", slug, "--display-name", "Full Ltd", "--domain", "\(slug).example",
            "--feature", "agent_sharing", "--feature", "custom_agents", "--admin-email", "olga@\(slug).example",
            "--admin-display-name", "Olga", "--max-agents", "1", "--max-users", "2", "--max-tokens", "3",
            "--requests-per-second", "400", "--max-in-flight", "5", "--output", "json"
        ).json()
        #expect(tenant["slug"] as? String == slug)
        #expect(tenant["display_name"] as? String == "Full Ltd")
        #expect(tenant["domain"] as? String == "\(slug).example")
        #expect(tenant["state"] as? String == "TENANT_STATE_ACTIVE")
        #expect(tenant["features"] as? [String] == ["custom_agents", "agent_sharing"])
        let limits = try #require(tenant["limits"] as? NSDictionary)
        #expect(
            limits == [
                "max_agents": "1", "max_users": "2", "max_tokens": "3", "requests_per_second": 400, "max_in_flight": 5,
            ])
        let users = try await world.agentctlAsRoot("users", "list", "--tenant", slug, "--output", "json").list("users")
        #expect(users.map { $0["email"] as? String } == ["olga@\(slug).example"])
        #expect(users.first?["role"] as? String == "ROLE_TENANT_ADMIN")
        let text = try await world.agentctlAsRoot("tenants", "create", "--slug", Self.slug("bare")).success()
        #expect(cells(text).contains(["agents at most", "no limit"]))
    }

    @Test("A tenant is shown by id, slug and domain, alone and in a list")
    func read() async throws {
        let world = try World.shared
        let (slug, id) = try await Self.make(world, "read", "--display-name", "To Read")
        let domain = "\(slug).example"
        _ = try await world.agentctlAsRoot("tenants", "update", slug, "--domain", domain).success()
        for command in ["get", "resolve"] {
            for key in [id, slug, domain] {
                let text = try await world.agentctlAsRoot("tenants", command, key).success()
                #expect(cells(text).contains(["name", "To Read"]))
                let json = try await world.agentctlAsRoot("tenants", command, key, "--output", "json").json()
                #expect(json["id"] as? String == id)
            }
        }
        try await world.agentctlAsRoot("tenants", "resolve", slug, "--by", "domain").expectFailure(
            1, "NOT_FOUND (TENANT_NOT_FOUND)")
        let filter = ["--filter", "slug = \(slug)"]
        let table = try await world.agentctl(token: world.systemAdministrator, ["tenants", "list"] + filter).success()
        #expect(cells(table).first?.prefix(3) == ["SLUG", "NAME", "STATE"])
        #expect(cells(table).last?.prefix(4) == [slug, "To Read", "ACTIVE", domain])
        let list = try await world.agentctl(
            token: world.systemAdministrator, ["tenants", "list", "--output", "json"] + filter
        ).list("tenants")
        #expect(list.map { $0["id"] as? String } == [id])
    }

    @Test("An update changes what is given, and nothing else")
    func update() async throws {
        let world = try World.shared
        let (slug, id) = try await Self.make(
            world, "change", "--display-name", "Before", "--feature", "agent_sharing", "--max-users", "9")
        func update(_ options: String...) async throws -> [String: Any] {
            let exit = try await world.agentctl(
                token: world.systemAdministrator, ["tenants", "update", slug, "--output", "json"] + options)
            #expect(exit.code == 0, "\(exit.log)")
            return try exit.json()
        }
        let limited = try await update("--max-agents", "7")
        #expect((limited["limits"] as? [String: Any])?["max_agents"] as? String == "7")
        #expect((limited["limits"] as? [String: Any])?["max_users"] as? String == "9")
        #expect(limited["display_name"] as? String == "Before")
        let added = try await update("--add-feature", "custom_agents", "--display-name", "After")
        #expect(added["features"] as? [String] == ["custom_agents", "agent_sharing"])
        #expect(added["display_name"] as? String == "After")
        let removed = try await update("--remove-feature", "agent_sharing", "--add-feature", "priority_support")
        #expect(removed["features"] as? [String] == ["custom_agents", "priority_support"])
        #expect(try await update("--feature", "advanced_analytics")["features"] as? [String] == ["advanced_analytics"])
        #expect(try await update("--remove-feature", "advanced_analytics")["features"] as? [String] == [])
        #expect((try await update("--max-users", "0")["limits"] as? [String: Any])?["max_users"] as? String == "0")
        let text = try await world.agentctlAsRoot("tenants", "update", id, "--slug", "\(slug)-2").success()
        #expect(cells(text).contains(["slug", "\(slug)-2"]))
        try await world.agentctlAsRoot("tenants", "update", id).expectFailure(64, "Say what to change")
        try await world.agentctlAsRoot(
            "tenants", "update", id, "--feature", "custom_agents", "--add-feature", "agent_sharing"
        ).expectFailure(64, "not both")
    }

    @Test("A tenant is suspended, resumed, deleted and taken back")
    func life() async throws {
        let world = try World.shared
        let (slug, id) = try await Self.make(world, "life", "--display-name", "Alive")
        let suspended = try await world.agentctlAsRoot("tenants", "suspend", slug, "--yes").success()
        #expect(cells(suspended).contains(["state", "SUSPENDED"]))
        let resumed = try await world.agentctlAsRoot("tenants", "resume", slug, "--output", "json").json()
        #expect(resumed["state"] as? String == "TENANT_STATE_ACTIVE")
        let deleted = try await world.agentctlAsRoot("tenants", "delete", slug, "--yes").success()
        #expect(deleted == "Deleted \(slug) \"Alive\". `agentctl tenants undelete \(id)` takes it back.\n")
        let table = try await world.agentctlAsRoot(
            "tenants", "list", "--show-deleted", "--filter", "slug = \(slug)"
        ).success()
        #expect(cells(table).first?.last == "DELETED (UTC)")
        #expect(cells(table).last?.prefix(3) == [slug, "Alive", "DELETED"])
        let shown = try await world.agentctlAsRoot("tenants", "get", id, "--output", "json").json()
        #expect(shown["delete_time"] as? String != nil)
        try await world.agentctlAsRoot("tenants", "undelete", slug).expectFailure(64, "only its id, a UUID")
        let back = try await world.agentctlAsRoot("tenants", "undelete", id, "--output", "json").json()
        #expect(back["state"] as? String == "TENANT_STATE_ACTIVE")
        let again = try await world.agentctlAsRoot("tenants", "delete", id, "--yes", "--output", "json").json()
        #expect(again["state"] as? String == "TENANT_STATE_DELETED")
    }

    @Test("The tenant of the call is shown and changed by its own administrator")
    func current() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make("own", by: $0) }
        let boss = team.administrator
        let text = try await world.agentctl(as: team.member, "tenants", "current").success()
        #expect(cells(text).contains(["slug", team.slug]))
        let updated = try await world.agentctl(
            as: boss, "tenants", "update-current", "--display-name", "Ourselves", "--domain", "\(team.slug).example",
            "--output", "json"
        ).json()
        #expect(updated["display_name"] as? String == "Ourselves")
        let cleared = try await world.agentctl(as: boss, "tenants", "update-current", "--domain", "").success()
        #expect(cells(cleared).contains(["name", "Ourselves"]) && !cleared.contains("domain"))
        let json = try await world.agentctl(as: boss, "tenants", "current", "--output", "json").json()
        #expect(json["domain"] as? String == "" && json["id"] as? String == team.id)
        let selected = try await world.agentctlAsRoot("tenants", "current", "--tenant", team.slug).success()
        #expect(cells(selected).contains(["id", team.id]))
    }

    @Test("A change with an etag that is no longer true is refused, and the same request id changes nothing twice")
    func conditions() async throws {
        let world = try World.shared
        let (slug, id) = try await Self.make(world, "etag")
        let requestID = UUID().uuidString
        let options = ["--display-name", "Once", "--etag", "r1", "--request-id", requestID, "--output", "json"]
        for _ in 0..<2 {
            let exit = try await world.agentctl(
                token: world.systemAdministrator, ["tenants", "update", id] + options)
            #expect(try exit.json()["etag"] as? String == "r2")
        }
        try await world.agentctlAsRoot("tenants", "update", slug, "--display-name", "Twice", "--etag", "r1")
            .expectFailure(1, "ABORTED (ETAG_MISMATCH)", "hint: read it again with `get`")
    }
}
