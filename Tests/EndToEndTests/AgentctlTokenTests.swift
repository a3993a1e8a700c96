import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl tokens and audit", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlTokenTests {
    private static func team(_ world: World) async throws -> TenantTeam {
        try await world.speakAsSystemAdministrator { try await TenantTeam.make("keys", by: $0) }
    }

    @Test("A key is issued, listed without its secret, and revoked")
    func life() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let (boss, member) = (team.administrator, team.member)
        let issued = try await world.agentctl(
            as: boss, "tokens", "issue", "--user-id", "\(member.id)", "--name", "laptop", "--expires-in", "90d",
            "--output", "json"
        ).json()
        let secret = try #require(issued["secret"] as? String)
        let token = try #require(issued["token"] as? [String: Any])
        let id = try #require(token["id"] as? String)
        #expect(token["user_id"] as? String == "\(member.id)" && token["expire_time"] as? String != nil)
        #expect(try await world.agentctl(token: secret, ["whoami"]).success().contains("member@"))

        let mine = cells(try await world.agentctl(as: member, "tokens", "list").success())
        #expect(mine.first?.prefix(4) == ["KEY ID", "USER", "NAME", "STATE"])
        #expect(mine[1].prefix(4) == [id, "\(member.id)", "laptop", "valid"], "the newest comes first")
        let listed = try await world.agentctl(
            as: boss, "tokens", "list", "--user-id", "\(member.id)", "--output", "json")
        #expect(try listed.list("tokens").map { $0["user_id"] as? String } == ["\(member.id)", "\(member.id)"])
        #expect(!listed.output.contains(secret.split(separator: "_")[2]))
        #expect(try await world.agentctl(as: boss, "tokens", "list", "--output", "json").list("tokens").count == 3)

        let revoked = cells(try await world.agentctl(as: boss, "tokens", "revoke", id, "--yes").success())
        #expect(revoked.contains(["key id", id]) && revoked.contains(["state", "revoked"]))
        try await world.agentctl(token: secret, ["whoami"]).expectFailure(1, "TOKEN_REVOKED")
        #expect(try await world.agentctl(as: member, "tokens", "list", "--output", "json").list("tokens").count == 1)
        let all = cells(try await world.agentctl(as: member, "tokens", "list", "--show-revoked").success())
        #expect(all[1].prefix(4) == [id, "\(member.id)", "laptop", "revoked"])
    }

    @Test("A whole key can be given to be revoked, as of one that has leaked")
    func wholeKey() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let key = team.member.key
        let json = try await world.agentctl(as: team.member, "tokens", "revoke", key, "--yes", "--output", "json")
            .json()
        #expect(json["id"] as? String == team.member.keyID && json["revoke_time"] as? String != nil)
    }

    @Test("A key shown to a person comes with the advice to keep it")
    func issuedText() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(as: world.bob, "tokens", "issue", "--name", "shown")
        #expect(cells(exit.success()).contains(["expires", "never"]))
        #expect(exit.output.contains("agd_") && exit.log.contains("it is not shown again"))
    }

    @Test("The audit trail is found by actor, action, object, outcome and time")
    func audit() async throws {
        let world = try World.shared
        let team = try await Self.team(world)
        let (boss, member) = (team.administrator, team.member)
        let agent = try await world.speak(as: member) { try await $0.createAgent("seen") }
        try await world.agentctl(as: member, "users", "list").expectFailure(1, "ROLE_REQUIRED")
        func events(_ options: String...) async throws -> [String?] {
            let exit = try await world.agentctl(token: boss.key, ["audit", "list", "--output", "json"] + options)
            return try exit.list("audit_events").map { $0["action"] as? String }
        }
        #expect(try await events("--object", "agent:\(agent.id)") == ["AgentService.CreateAgent"])
        #expect(try await events("--outcome", "refused") == ["UserService.ListUsers"])
        #expect(
            try await events("--actor", "\(member.id)") == ["UserService.ListUsers", "AgentService.CreateAgent"])
        #expect(try await events("--action", "AgentService.*", "--since", "1h") == ["AgentService.CreateAgent"])
        #expect(try await events("--action", "AgentService.Create").isEmpty)
        #expect(try await events("--until", "1h").isEmpty)
        #expect(try await events("--since", "2000-01-31T12:00:00Z", "--until", "2001-01-31T12:00:00.5+01:00").isEmpty)
        #expect(try await events("--filter", "actor_user_id = \(member.id)", "--object", "agent").count == 1)
        #expect(try await events("--object", "\"'\\*:x").isEmpty, "no text breaks out of its quotes")
        #expect(try await events("--action", "UserService.*", "--limit", "1").count == 1)

        let table = cells(try await world.agentctl(as: boss, "audit", "list", "--actor", "\(member.id)").success())
        #expect(table.first == ["TIME (UTC)", "USER", "ACTION", "OUTCOME", "OBJECT", "CHANGES"])
        #expect(table[1].dropFirst() == ["\(member.id)", "UserService.ListUsers", "REFUSED"])
        #expect(
            table[2].dropFirst().prefix(4) == ["\(member.id)", "AgentService.CreateAgent", "DONE", "agent:\(agent.id)"])
        let byRoot = try await world.agentctl(as: boss, "audit", "list", "--action", "TokenService.*").success()
        #expect(byRoot.contains(" (system)"))
        try await world.agentctl(as: boss, "audit", "list", "--since", "yesterday").expectFailure(64, "'yesterday'")
    }
}
