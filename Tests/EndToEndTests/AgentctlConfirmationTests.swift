import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("agentctl asks before it deletes", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlConfirmationTests {
    private static let prompt = " [y/N] "

    @Test(
        "Without a terminal nobody is asked and nothing is done: --yes is missing",
        arguments: [
            ["agents", "delete", "1"], ["tenants", "delete", "globex"], ["tenants", "suspend", "globex"],
            ["users", "delete", "1"], ["tokens", "revoke", "0123456789abcdef01234567"],
        ])
    func noTerminal(command: [String]) async throws {
        let world = try World.shared
        let exit = try await world.agentctl(token: world.systemAdministrator, command, input: "y\n")
        exit.expectFailure(64, "standard input is no terminal", "Pass --yes")
        #expect(exit.output.isEmpty)
    }

    @Test(
        "An agent is deleted when the answer is yes, and for no other answer",
        arguments: [
            ("y\n", true), ("YES\n", true), ("n\n", false), ("\n", false), ("yellow\n", false),
            (PseudoTerminal.endOfFile, false),
        ])
    func answers(typed: String, agreed: Bool) async throws {
        let world = try World.shared
        try await world.speak(as: world.ada) { ada in
            let agent = try await ada.createAgent("Helper \u{202E}rm")
            let exit = try await world.agentctl(
                token: world.ada.key, ["agents", "delete", "\(agent.id)"], terminal: try PseudoTerminal(typed: typed))
            // A name cannot turn the question around.
            #expect(exit.log.hasPrefix("Delete the agent \(agent.id) \"Helper \u{FFFD}rm\" of acme?\(Self.prompt)"))
            #expect(exit.code == (agreed ? 0 : 1), "\(exit.log)")
            #expect(exit.log.contains("Nothing was changed.") != agreed)
            #expect(exit.output.contains("Deleted \(agent.id)") == agreed)
            if agreed {
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.getAgent(agent.id) }
            } else {
                let kept = try await ada.getAgent(agent.id)
                #expect(kept == agent)
            }
        }
    }

    @Test("What is not there is said before anything is asked")
    func absent() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(
            token: world.ada.key, ["agents", "delete", "999999999"], terminal: try PseudoTerminal(typed: "y\n"))
        exit.expectFailure(1, "NOT_FOUND (AGENT_NOT_FOUND)")
        #expect(!exit.log.contains(Self.prompt))
    }

    @Test("Tenants, users and keys are named in the question")
    func named() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { root in
            let team = try await TenantTeam.make("asked", by: root)
            _ = try await root.updateTenant(team.id, mask: ["display_name"]) { $0.displayName = "Asked Ltd" }
            return team
        }
        let (boss, member) = (team.administrator, team.member)
        func ask(_ token: String, _ command: String...) async throws -> Daemon.Exit {
            try await world.agentctl(token: token, command, terminal: try PseudoTerminal(typed: "y\n"))
        }
        let title = "\(team.slug) \"Asked Ltd\""
        let issued = try await world.speak(as: member) { try await $0.issueToken(displayName: "laptop") }
        let keyID = issued.token?.id ?? ""
        let revoked = try await ask(boss.key, "tokens", "revoke", keyID)
        #expect(revoked.success().contains("revoked"))
        #expect(revoked.log == "Revoke the API key \(keyID) \"laptop\" of the user \(member.id)?\(Self.prompt)")

        let user = try await ask(boss.key, "users", "delete", "\(member.id)", "--output", "json")
        #expect(user.code == 0, "\(user.log)")
        #expect(try user.json()["id"] as? String == "\(member.id)")
        let email = "member@\(team.slug).example"
        #expect(user.log == "Delete the user \(member.id) \(email) of \(team.slug), for good?\(Self.prompt)")

        let suspended = try await ask(world.systemAdministrator, "tenants", "suspend", team.slug)
        #expect(suspended.success().contains("SUSPENDED"))
        #expect(suspended.log == "Suspend the tenant \(title)? All its callers will be refused.\(Self.prompt)")
        let deleted = try await ask(world.systemAdministrator, "tenants", "delete", team.id)
        #expect(deleted.success().contains("Deleted \(title)."))
        #expect(deleted.log == "Delete the tenant \(title)? All its callers will be refused.\(Self.prompt)")
    }
}
