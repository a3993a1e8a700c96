import Testing

internal import AgentdCore
internal import Messages

/// More calls at once than anybody can answer at once.
@Suite("Many calls", .timeLimit(.minutes(2)))
struct ManyCallsTests {
    @Test("10,000 calls in one go on one connection: each gets its own answer")
    func pipelined() async throws {
        let count = 10_000
        try await World.with(settings: ["AGENTD_MAX_IN_FLIGHT": "\(count)"]) { world in
            try await world.speak(as: world.ada) { ada in
                var agents: [AgentMessage] = []
                for number in 0..<10 { agents.append(try await ada.createAgent("agent \(number)")) }
                let first: UInt64 = 1_000
                let requests = (0..<count).flatMap { number in
                    let request = GetAgentRequest(id: agents[number % agents.count].id)
                    return RawConnection.framed(
                        RawConnection.frame(first + UInt64(number), "AgentService/GetAgent", request).encoded())
                }
                try await ada.connection.send(bytes: requests)
                var answered: Set<UInt64> = []
                for _ in 0..<count {
                    let response = try await ada.connection.nextResponse()
                    let agent = agents[Int(response.id - first) % agents.count]
                    guard response.code == 0, try AgentMessage(decoding: response.message) == agent else {
                        Issue.record("call \(response.id): \(try response.outcome)")
                        return
                    }
                    answered.insert(response.id)
                }
                #expect(answered.count == count)
            }
        }
    }

    /// Answers of 100 KiB: three hundred megabytes of them in all.
    private static let lists = 3_000
    private static let prompts = 2
    private static let promptBytes = 50 * 1_024
    /// The answers of the calls that run at once, what those are made from, and the calls that wait: less than half of
    /// the answers.
    private static let mostMemory = 128 << 20

    @Test("A client that does not read costs the daemon little memory, and when it reads it gets every answer")
    func notReading() async throws {
        try await World.with(settings: ["AGENTD_MAX_IN_FLIGHT": "\(Self.lists)"]) { world in
            try await world.speak(as: world.ada) { ada in
                let agents = try await Self.createAgents(ada)
                let before = try world.daemon.memory().resident
                try await ada.connection.setReading(false)
                try world.daemon.forgetPeak()
                try await ada.connection.send(bytes: Self.listRequests(from: 1_000))
                try await world.speak(as: world.bob) { bystander in
                    for _ in 0..<300 { try await World.expectServed(bystander, email: "bob@acme.example") }
                }
                try await ada.connection.setReading(true)
                try await Self.expectLists(ada.connection, agents)
                let growth = try world.daemon.memory().peak - before
                #expect(growth <= Self.mostMemory, "\(growth) bytes more than \(before)")
            }
        }
    }

    @Test("A client that has stopped sending and reads late still gets every answer")
    func readingLate() async throws {
        try await World.with(settings: ["AGENTD_MAX_IN_FLIGHT": "\(Self.lists)"]) { world in
            let agents = try await world.speak(as: world.ada) { try await Self.createAgents($0) }
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                try await connection.setReading(false)
                try await connection.send(bytes: Self.listRequests(from: 1_000, count: 300))
                try await connection.closeOutput()
                try await world.speak(as: world.bob) { bystander in
                    for _ in 0..<300 { try await World.expectServed(bystander, email: "bob@acme.example") }
                }
                try await connection.setReading(true)
                try await Self.expectLists(connection, agents, count: 300)
                try await connection.expectEnd()
            }
        }
    }

    private static func createAgents(_ caller: Caller) async throws -> [AgentMessage] {
        var agents: [AgentMessage] = []
        for number in 0..<prompts {
            var agent = AgentMessage()
            agent.name = "agent \(number)"
            agent.agentType = AgentType.research.rawValue
            agent.systemPrompt = String(repeating: "\(number)", count: promptBytes)
            var request = CreateAgentRequest()
            request.agent = agent
            agents.append(try await caller.call("AgentService/CreateAgent", request))
        }
        return agents
    }

    private static func listRequests(from first: UInt64, count: Int = lists) -> [UInt8] {
        (0..<count).flatMap { number in
            RawConnection.framed(
                RawConnection.frame(first + UInt64(number), "AgentService/ListAgents", ListAgentsRequest()).encoded())
        }
    }

    private static func expectLists(
        _ connection: RawConnection, _ agents: [AgentMessage], count: Int = lists
    ) async throws {
        var answered: Set<UInt64> = []
        for number in 0..<count {
            let response = try await connection.nextResponse()
            answered.insert(response.id)
            guard response.code == 0, response.message.count > prompts * promptBytes else {
                Issue.record("call \(response.id): \(try response.outcome)")
                return
            }
            // Reading all of them takes longer than making them.
            guard number.isMultiple(of: 100) else { continue }
            #expect(try ListAgentsResponse(decoding: response.message).agents == agents)
        }
        #expect(answered.count == count)
    }
}
