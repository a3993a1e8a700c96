import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// `agentctl agents import` over the framed door.
@Suite("Imports", .timeLimit(.minutes(2)))
struct ImportTests {
    /// One line of the file of real agents.
    private struct Line {
        let name: String
        let description: String
        let systemPrompt: String
        /// All its other fields.
        let rest: NSDictionary

        init(_ bytes: Data) throws {
            let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
            name = try #require(object["name"] as? String)
            description = try #require(object["description"] as? String)
            systemPrompt = try #require(object["system_prompt"] as? String)
            let taken = ["name", "description", "system_prompt"]
            rest = object.filter { !taken.contains($0.key) } as NSDictionary
        }
    }

    @Test(
        "Real agents are read back byte for byte, another tenant sees none of them, and once more makes nothing twice",
        .enabled(if: TestEnvironment.data != nil, "needs the real agents, which not every checkout has beside it"))
    func realAgents() async throws {
        let file = "\(try #require(TestEnvironment.data))/agents.jsonl"
        let lines = try Data(contentsOf: URL(filePath: file)).split(separator: UInt8(ascii: "\n")).map { try Line($0) }
        #expect(lines.count == 158)
        try await World.with { world in
            for _ in 0..<2 {
                let exit = try await world.agentctl(
                    as: world.ada, "agents", "import", file, "--output", "json", "--quiet")
                #expect(exit.code == 0, "\(exit.output)\(exit.log)")
                let report = try exit.json()
                #expect(report["lines"] as? Int == 158)
                #expect(report["stored"] as? Int == 158)
                #expect(report["failed"] as? Int == 0)
            }
            let ids = try await Self.expectReadBack(lines, world)
            try await Self.expectInvisible(ids, world)
        }
    }

    /// - Returns: The ids of the agents.
    private static func expectReadBack(_ lines: [Line], _ world: World) async throws -> [Int64] {
        try await world.speak(as: world.ada) { ada in
            let agents = try await ada.pages(ListAgentsRequest()).flatMap { $0 }
            #expect(agents.count == lines.count)
            var found = Dictionary(grouping: agents) { $0.name }
            for line in lines {
                let match = found[line.name]?.popLast()
                let agent = try #require(match, "\(line.name) is missing")
                // Swift's == takes different spellings of one letter for equal; the bytes are what counts.
                #expect(Array(agent.name.utf8) == Array(line.name.utf8))
                #expect(Array(agent.description.utf8) == Array(line.description.utf8), "\(line.name)")
                #expect(Array(agent.systemPrompt.utf8) == Array(line.systemPrompt.utf8), "\(line.name)")
                let config = try JSONSerialization.jsonObject(with: Data(agent.config.utf8)) as? NSDictionary
                #expect(config == line.rest, "\(line.name)")
                #expect(try await ada.getAgent(agent.id) == agent)
            }
            return agents.map(\.id)
        }
    }

    private static func expectInvisible(_ ids: [Int64], _ world: World) async throws {
        try await world.speak(as: world.carol) { carol in
            #expect(try await carol.list(ListAgentsRequest()).agents.isEmpty)
            let listed: ListPublicAgentsResponse = try await carol.call(
                "AgentService/ListPublicAgents", ListPublicAgentsRequest())
            #expect(listed.agents.isEmpty)
            for id in ids {
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await carol.getAgent(id) }
            }
        }
    }

    @Test("Lines that cannot be imported are reported by number, and the others are imported")
    func badLines() async throws {
        let longName = String(repeating: "n", count: 256)
        let input = """
            {"name": "first", "system_prompt": "„quoted“ \\u0041\\n"}
            not JSON
            ["a list"]

            {"description": "no name"}
            {"name": "\(longName)"}
            {"name": "custom", "agent_type": "CUSTOM"}
            {"name": "last", "category": "research-analysis", "tools": ["Read"]}

            """
        try await World.with { world in
            // Carol's tenant has no features, so that one line is refused by the daemon and not before.
            for _ in 0..<2 {
                let exit = try await world.agentctl(
                    as: world.carol, "agents", "import", "-", "--output", "json", input: input)
                #expect(exit.code == 1)
                let report = try exit.json()
                #expect(report["stored"] as? Int == 2)
                #expect(report["failed"] as? Int == 5)
                let failures = try #require(report["failures"] as? [[String: Any]])
                #expect(failures.map { $0["line"] as? Int } == [2, 3, 5, 6, 7])
                #expect(failures.last?["reason"] as? String == "FEATURE_DISABLED")
            }
            try await world.speak(as: world.carol) { carol in
                // Lines are imported at the same time, so ids do not follow their order.
                var byName = ListAgentsRequest()
                byName.orderBy = "name"
                let agents = try await carol.list(byName).agents
                #expect(agents.map(\.name) == ["first", "last"])
                #expect(agents.first?.systemPrompt == "„quoted“ A\n")
                #expect(agents.last?.config == #"{"category":"research-analysis","tools":["Read"]}"#)
            }
        }
    }
}
