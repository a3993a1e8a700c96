import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import Postgres
internal import TestSupport

@Suite("agentctl says how a change whose outcome is open is repeated", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlRepetitionTests {
    /// Long enough for what is only read.
    private static let timeout = ["--timeout", "3s"]

    /// Runs a command while nobody can write to a table, and gives what the hint says is different in the one that
    /// repeats it.
    private static func differences(
        _ world: World, locked table: String, _ command: [String], terminal: PseudoTerminal? = nil
    ) async throws -> (text: String, requestID: String) {
        let lock = try ScriptConnection(conninfo: world.database.owner, applicationName: "lock")
        try lock.execute("BEGIN; LOCK TABLE \(table) IN SHARE MODE")
        let exit = try await world.agentctl(
            token: world.systemAdministrator, command + timeout, terminal: terminal)
        try lock.execute("ROLLBACK")
        #expect(exit.code == 1 && exit.log.contains("error: DEADLINE_EXCEEDED: "), "\(exit.log)")
        let hint = /hint: within 24 hours the same command with (.*)--request-id ([0-9a-f-]{36}) makes the change/
        let match = try #require(exit.log.firstMatch(of: hint), "\(exit.log)")
        return (String(match.1), String(match.2))
    }

    /// Runs the command that repeats a change twice; both times it must be taken for the same one.
    private static func repeated(_ world: World, _ command: [String], _ requestID: String) async throws -> [String] {
        var outputs: [String] = []
        for _ in 0..<2 {
            let exit = try await world.agentctl(
                token: world.systemAdministrator, command + ["--request-id", requestID, "--output", "json"])
            outputs.append(exit.success())
        }
        #expect(outputs[0] == outputs[1])
        return outputs
    }

    @Test("A key that expires in a day: the time at which it does")
    func expiry() async throws {
        try await World.with { world in
            let issue = ["tokens", "issue", "--name", "open"]
            let open = try await Self.differences(world, locked: "tokens", issue + ["--expires-in", "1d"])
            let difference = /--expire-time (\S+) instead of --expires-in and\s/
            let match = try #require(open.text.wholeMatch(of: difference), "\(open.text)")
            _ = try await Self.repeated(world, issue + ["--expire-time", String(match.1)], open.requestID)
            let keys = try await world.agentctlAsRoot("tokens", "list", "--output", "json").list("tokens")
            #expect(keys.count { $0["display_name"] as? String == "open" } == 1)
        }
    }

    @Test("A tenant's features: all of them, and the etag that they were read with")
    func features() async throws {
        try await World.with { world in
            let team = try await world.speakAsSystemAdministrator {
                try await TenantTeam.make("open", features: ["agent_sharing"], by: $0)
            }
            let update = ["tenants", "update"]
            let added = try await Self.differences(
                world, locked: "tenants", update + [team.slug, "--add-feature", "custom_agents"])
            #expect(
                added.text == "\(team.id) instead of \(team.slug), --etag r1, --feature agent_sharing --feature "
                    + "custom_agents instead of --add-feature and ")
            let whole = ["--feature", "agent_sharing", "--feature", "custom_agents", "--etag", "r1"]
            _ = try await Self.repeated(world, update + [team.id] + whole, added.requestID)

            let none = try await Self.differences(
                world, locked: "tenants",
                update + [team.id, "--remove-feature", "agent_sharing", "--remove-feature", "custom_agents"])
            #expect(none.text == "--etag r2, --feature '' instead of --remove-feature and ")
            let outputs = try await Self.repeated(
                world, update + [team.id, "--feature", "", "--etag", "r2"], none.requestID)
            #expect(!outputs[0].contains("agent_sharing") && !outputs[0].contains("custom_agents"))
        }
    }

    @Test("A tenant that is deleted: its id, for it has no slug any more, and when it was shown the etag")
    func tenant() async throws {
        try await World.with { world in
            let teams = try await world.speakAsSystemAdministrator {
                (try await TenantTeam.make("open", by: $0), try await TenantTeam.make("asked", by: $0))
            }
            let delete = ["tenants", "delete"]
            let open = try await Self.differences(world, locked: "tenants", delete + [teams.0.slug, "--yes"])
            #expect(open.text == "\(teams.0.id) instead of \(teams.0.slug) and ")
            _ = try await Self.repeated(world, delete + [teams.0.id, "--yes"], open.requestID)

            let asked = try await Self.differences(
                world, locked: "tenants", delete + [teams.1.slug], terminal: try PseudoTerminal(typed: "y\n"))
            #expect(asked.text == "\(teams.1.id) instead of \(teams.1.slug), --etag r1 and ")
            _ = try await Self.repeated(
                world, delete + [teams.1.id, "--etag", "r1", "--yes"], asked.requestID)
        }
    }

    @Test("A repeated deletion asks nothing about what the first one has removed")
    func gone() async throws {
        let world = try World.shared
        let id = try await world.speak(as: world.ada) { try await $0.createAgent("gone").id }
        let delete = ["agents", "delete", "\(id)", "--request-id", UUID().uuidString.lowercased()]
        func run() async throws -> Daemon.Exit {
            try await world.agentctl(token: world.ada.key, delete, terminal: try PseudoTerminal(typed: "y\n"))
        }
        let first = try await run()
        #expect(first.success().contains("Deleted \(id)") && first.log.contains("[y/N]"))
        let second = try await run()
        #expect(second.success() == first.output && second.log.isEmpty, "\(second.log)")
    }

    @Test("Who has a domain already is said to nobody who could not see it")
    func domainTaken() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { root in
            let team = try await TenantTeam.make("taken", by: root)
            _ = try await root.updateTenant(team.id, mask: ["domain"]) { $0.domain = "\(team.slug).example" }
            return team
        }
        let other = try await world.speakAsSystemAdministrator { try await TenantTeam.make("other", by: $0) }
        let change = ["tenants", "update-current", "--domain", "\(team.slug).example"]
        let refused = try await world.agentctl(token: other.administrator.key, change)
        refused.expectFailure(1, "(DOMAIN_TAKEN)")
        #expect(!refused.log.contains("hint:"))
        try await world.agentctl(token: world.systemAdministrator, change + ["--tenant", other.slug]).expectFailure(
            1, "(DOMAIN_TAKEN)", "hint: `agentctl tenants resolve`")
    }
}
