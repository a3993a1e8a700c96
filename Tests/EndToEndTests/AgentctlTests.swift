import Testing

internal import Foundation
internal import TestSupport

@Suite("agentctl", .sharedWorld(), .timeLimit(.minutes(2)))
struct AgentctlTests {
    @Test("JSON output is JSON and nothing else, from creation to deletion")
    func json() async throws {
        let world = try World.shared
        let created = try await world.agentctl(
            as: world.ada, "agents", "create", "--name", "Zoë's \"agent\"", "--type", "research", "--prompt-file", "-",
            "--output", "json", input: "line 1\nline 2\n")
        #expect(created.code == 0, "\(created.log)")
        let id = try #require(try created.json()["id"] as? String)
        let read = try await world.agentctl(as: world.ada, "agents", "get", id, "--output", "json").json()
        #expect(read["name"] as? String == "Zoë's \"agent\"")
        #expect(read["system_prompt"] as? String == "line 1\nline 2\n")
        #expect(read["agent_type"] as? String == "AGENT_TYPE_RESEARCH")
        let list = try await world.agentctl(as: world.ada, "agents", "list", "--all", "--output", "json").json()
        let agents = try #require(list["agents"] as? [[String: Any]])
        #expect(agents.contains { $0["id"] as? String == id })
        let user =
            try await world.agentctl(as: world.ada, "whoami", "--output", "json").json()["user"] as? [String: Any]
        #expect(user?["email"] as? String == "ada@acme.example")
        let deleted = try await world.agentctl(as: world.ada, "agents", "delete", id, "--yes", "--output", "json")
        #expect(deleted.code == 0, "\(deleted.log)")
    }

    @Test("An error of the daemon ends with 1 and its name on standard error, and nothing on standard output")
    func daemonError() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(as: world.ada, "agents", "get", "999999999")
        #expect(exit.code == 1)
        #expect(exit.output.isEmpty)
        #expect(exit.log.contains("error: NOT_FOUND (AGENT_NOT_FOUND)"))
    }

    @Test("All wrong fields are named")
    func wrongFields() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(
            as: world.ada, "agents", "create", "--name", "", "--type", "research", "--config", "[]")
        #expect(exit.code == 1)
        #expect(exit.log.contains("agent.name: "))
        #expect(exit.log.contains("agent.config: "))
    }

    @Test("Without a token it says how to give one")
    func noToken() async throws {
        let world = try World.shared
        let exit = try await world.agentctl(as: nil, "whoami")
        #expect(exit.code == 1)
        #expect(exit.log.contains("error: UNAUTHENTICATED (TOKEN_MISSING)"))
        #expect(exit.log.contains("hint: give an API key with AGENTD_TOKEN"))
    }

    @Test(
        "Wrong use ends with 64",
        arguments: [["agents", "fly"], ["agents", "get"], ["agents", "get", "x"], ["--what"]])
    func wrongUse(arguments: [String]) async throws {
        let exit = try await Program.run("agentctl", arguments, environment: ["XDG_CONFIG_HOME": "/nonexistent"])
        #expect(exit.code == 64)
        #expect(exit.log.contains("Usage:"))
    }

    @Test("A daemon that is not there ends with 69, and it says where it looked")
    func noDaemon() async throws {
        let port = try UnusedPort()
        let address = "127.0.0.1:\(port.number)"
        let exit = try await Program.run(
            "agentctl", ["health", "--timeout", "2s"],
            environment: ["AGENTD_ADDRESS": address, "XDG_CONFIG_HOME": "/nonexistent"])
        #expect(exit.code == 69)
        #expect(exit.log.contains("hint: is agentd running at \(address)"))
        withExtendedLifetime(port) {}
    }
}
