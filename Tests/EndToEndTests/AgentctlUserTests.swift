import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl users, settings and whoami", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlUserTests {
    private static func team(_ world: World) async throws -> TenantTeam {
        try await world.speakAsSystemAdministrator { try await TenantTeam.make("people", by: $0) }
    }

    @Test("A user is made, shown, listed, changed and deleted")
    func life() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let boss = team.administrator
        let created = try await world.agentctl(
            as: boss, "users", "create", "--email", "bob@x.example", "--display-name", "Bob", "--role", "tenant-admin",
            "--output", "json"
        ).json()
        #expect(created["role"] as? String == "ROLE_TENANT_ADMIN" && created["is_active"] as? Bool == true)
        let id = try #require(created["id"] as? String)
        let shown = cells(try await world.agentctl(as: boss, "users", "get", id).success())
        #expect(shown.contains(["email", "bob@x.example"]) && shown.contains(["active", "yes"]))
        let list = try await world.agentctl(as: boss, "users", "list", "--output", "json").list("users")
        #expect(
            list.map { $0["id"] as? String } == ["\(team.administrator.id)", "\(team.member.id)", id])
        let table = cells(
            try await world.agentctl(as: boss, "users", "list", "--filter", "email = \"bob@*\"").success())
        #expect(
            table.map { $0.prefix(5) } == [
                ["ID", "EMAIL", "NAME", "ROLE", "ACTIVE"], [id, "bob@x.example", "Bob", "TENANT_ADMIN", "yes"],
            ])

        let demoted = try await world.agentctl(as: boss, "users", "update", id, "--role", "MEMBER").success()
        #expect(cells(demoted).contains(["role", "MEMBER"]) && cells(demoted).contains(["name", "Bob"]))
        let silenced = try await world.agentctl(
            as: boss, "users", "update", id, "--no-active", "--display-name", "", "--output", "json"
        ).json()
        #expect(silenced["is_active"] as? Bool == false && silenced["display_name"] as? String == "")
        #expect(silenced["role"] as? String == "ROLE_MEMBER")
        let back = try await world.agentctl(as: boss, "users", "update", id, "--active").success()
        #expect(cells(back).contains(["active", "yes"]))
        try await world.agentctl(as: boss, "users", "update", id).expectFailure(64, "Say what to change")

        let deleted = try await world.agentctl(as: boss, "users", "delete", id, "--yes").success()
        #expect(deleted == "Deleted \(id) bob@x.example\n")
        let gone = try await world.agentctl(as: boss, "users", "list", "--show-deleted").success()
        #expect(cells(gone).first?.last == "DELETED (UTC)" && cells(gone).last?.first == id)
        let json = try await world.agentctl(as: boss, "users", "get", id, "--output", "json").json()
        #expect(json["delete_time"] as? String != nil)
    }

    @Test("whoami is a command of its own and one of users")
    func whoAmI() async throws {
        let world = try World.shared
        for command in [["whoami"], ["users", "whoami"]] {
            let text = try await world.agentctl(token: world.bob.key, command).success()
            #expect(cells(text).contains(["user", "bob@acme.example"]) && cells(text).contains(["tenant", "acme"]))
            let json = try await world.agentctl(token: world.bob.key, command + ["--output", "json"]).json()
            #expect((json["tenant"] as? [String: Any])?["slug"] as? String == "acme")
        }
    }

    @Test("Settings are listed with what they mean, set, and taken back to their defaults")
    func settings() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let boss = team.administrator
        let list = try await world.agentctl(as: team.member, "settings", "list").success()
        for setting in TenantSetting.all {
            #expect(list.contains("\(setting.key)=\(setting.text(TenantSettings()))\n    "))
        }
        let set = try await world.agentctl(
            as: boss, "settings", "set", "default_agent_status=ACTIVE", "allowed_agent_types=RESEARCH,WORKFLOW"
        ).success()
        #expect(set.contains("default_agent_status=ACTIVE\n"))
        #expect(set.contains("By default DRAFT."))
        #expect(!set.contains("default_page_size="), "what was not set is not shown")
        let json = try await world.agentctl(as: boss, "settings", "list", "--output", "json").json()
        let settings = try #require(json["settings"] as? [[String: String]])
        let types = try #require(settings.first { $0["key"] == "allowed_agent_types" })
        #expect(types["value"] == "RESEARCH,WORKFLOW")
        #expect(types["default_value"]?.contains("CUSTOM") == true && types["description"]?.isEmpty == false)
        let etag = try #require(json["etag"] as? String)
        try await world.agentctl(as: boss, "settings", "reset", "default_agent_status", "--etag", "r0").expectFailure(
            1, "ETAG_MISMATCH")
        let reset = try await world.agentctl(
            as: boss, "settings", "reset", "default_agent_status", "--etag", etag, "--output", "json"
        ).json()
        let status = (reset["settings"] as? [[String: String]])?.first { $0["key"] == "default_agent_status" }
        #expect(status?["value"] == "DRAFT")
        // With an empty value too.
        let empty = try await world.agentctl(as: boss, "settings", "set", "allowed_agent_types=").success()
        #expect(!empty.contains("By default"))
    }
}
