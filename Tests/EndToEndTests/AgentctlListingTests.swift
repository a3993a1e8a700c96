import Testing

internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl's lists", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlListingTests {
    /// Somebody with seven agents.
    private static func owner(_ world: World) async throws -> World.Person {
        let team = try await world.speakAsSystemAdministrator {
            try await TenantTeam.make("many", features: ["agent_sharing"], by: $0)
        }
        try await world.speak(as: team.member) { member in
            for index in 1...7 { _ = try await member.createAgent("agent \(index)", isPublic: true) }
        }
        return team.member
    }

    private static let names = (1...7).map { "agent \($0)" }

    @Test(
        "Pages are followed as far as is wanted",
        arguments: [
            (["--page-size", "3"], 3, true), (["--page-size", "3", "--all"], 7, false), (["--all"], 7, false),
            (["--limit", "5"], 5, true), (["--limit", "5", "--page-size", "2"], 5, true),
            (["--limit", "100", "--page-size", "2"], 7, false), (["--limit", "7"], 7, false), ([], 7, false),
        ])
    func pages(options: [String], count: Int, more: Bool) async throws {
        let world = try World.shared
        let owner = try await Self.owner(world)
        for list in ["list", "list-public"] {
            let json = try await world.agentctl(
                token: owner.key, ["agents", list, "--order-by", "name", "--output", "json"] + options)
            #expect(try json.list("agents").map { $0["name"] as? String } == Array(Self.names.prefix(count)))
            let token = try #require(try json.json()["next_page_token"] as? String)
            #expect(token.isEmpty != more)

            let table = try await world.agentctl(token: owner.key, ["agents", list, "--order-by", "name"] + options)
            #expect(cells(table.success()).dropFirst().map { $0[1] } == Array(Self.names.prefix(count)))
            #expect(table.log.contains("More follow: --all, or --page-token ") == more)

            // The next page begins exactly where this one ended.
            guard more else { continue }
            let rest = try await world.agentctl(
                as: owner, "agents", list, "--order-by", "name", "--all", "--page-token", token, "--output", "json")
            #expect(try rest.list("agents").map { $0["name"] as? String } == Array(Self.names.dropFirst(count)))
        }
    }

    @Test("A list without anything in it is a heading and a sentence, and an empty array as JSON")
    func empty() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(as: world.carol, "agents", "list", "--show-deleted")
        #expect(
            cells(exit.success()) == [
                ["ID", "NAME", "TYPE", "STATUS", "PUBLIC", "OWNER", "UPDATED (UTC)", "DELETED (UTC)"]
            ])
        #expect(exit.log == "No agents.\n")
        let json = try await world.agentctl(as: world.carol, "agents", "list", "--output", "json")
        #expect(json.output == "{\"agents\": [], \"next_page_token\": \"\"}\n")
    }

    @Test("Agents are read many at once, deleted and taken back")
    func agents() async throws {
        let world = try World.shared
        let owner = try await Self.owner(world)
        let ids = try await world.agentctl(as: owner, "agents", "list", "--output", "json").list("agents")
            .compactMap { $0["id"] as? String }
        let batch = try await world.agentctl(as: owner, "agents", "batch-get", ids[2], "999999999", ids[0])
        #expect(cells(batch.success()).dropFirst().map { $0[0] } == [ids[2], ids[0]])
        #expect(batch.log == "Not there, or not visible to you: 999999999\n")
        let json = try await world.agentctl(as: owner, "agents", "batch-get", ids[1], "999999999", "--output", "json")
        #expect(try json.list("agents").map { $0["id"] as? String } == [ids[1]])
        #expect(try json.json()["missing_ids"] as? [String] == ["999999999"])

        let deleted = try await world.agentctl(as: owner, "agents", "delete", ids[0], "--yes").success()
        #expect(deleted == "Deleted \(ids[0]): agent 1. `agentctl agents undelete \(ids[0])` takes it back.\n")
        #expect(
            cells(try await world.agentctl(as: owner, "agents", "undelete", ids[0]).success()).contains([
                "name", "agent 1",
            ]))
        let updated = try await world.agentctl(
            as: owner, "agents", "update", ids[0], "--no-public", "--status", "paused", "--description", "rests")
        #expect(cells(updated.success()).contains(["status", "PAUSED"]))
        let kept = try await world.agentctl(as: owner, "agents", "get", ids[0], "--output", "json").json()
        #expect(kept["name"] as? String == "agent 1" && kept["is_public"] as? Bool == false)
    }

    @Test(
        "What contradicts itself is refused",
        arguments: [["--limit", "0"], ["--limit", "3", "--all"], ["--page-size=-1"], ["--limit", "x"]])
    func contradictions(options: [String]) async throws {
        let exit = try await Program.run("agentctl", ["agents", "list"] + options)
        #expect(exit.code == 64 && exit.log.contains(options[0].prefix { $0 != "=" }), "\(exit.log)")
    }

    @Test("Whether an agent is public can be said beyond doubt, whatever the default of the tenant is")
    func visibility() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator {
            try await TenantTeam.make("seen", features: ["agent_sharing"], by: $0)
        }
        _ = try await world.agentctl(
            as: team.administrator, "settings", "set", "default_agent_visibility=PUBLIC", "default_agent_status=PAUSED"
        ).success()
        for (options, isPublic) in [([], true), (["--private"], false), (["--public"], true)] {
            let agent = try await world.agentctl(
                token: team.member.key,
                ["agents", "create", "--name", "x", "--type", "RESEARCH", "--output", "json"] + options
            ).json()
            #expect(agent["is_public"] as? Bool == isPublic && agent["status"] as? String == "AGENT_STATUS_PAUSED")
        }
    }
}
