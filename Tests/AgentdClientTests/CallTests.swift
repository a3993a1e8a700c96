internal import AgentdClient
internal import AgentdCore
internal import Messages
internal import Testing

@Suite("AgentdClient: calls", .timeLimit(.minutes(1)))
struct CallTests {
    @Test("Token and tenant travel in Hello, and what a call says itself in its request")
    func headers() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server, token: "agd_key") { $0.tenant = "acme" }
        async let agent = client.getAgent(id: 7, options: .init(tenant: "globex", callID: "my-call"))
        var conversation = try await Conversation.accept(&connections)
        #expect(
            try await conversation.hello() == [
                Header("authorization", "Bearer agd_key"), Header("x-agentd-tenant", "acme"),
            ])
        try await conversation.connection.welcome()
        let request = try await conversation.request()
        #expect(request.method == "/agentd.v1.AgentService/GetAgent")
        #expect(request.headers == [Header("x-agentd-tenant", "globex"), Header("x-request-id", "my-call")])
        #expect((1...30_001).contains(request.timeoutMilliseconds))
        try await conversation.answer(request.id, agent: 7)
        #expect(try await agent.id == 7)
        await client.close()
        #expect(await conversation.end().isEmpty)
    }

    @Test("Answers find their calls in any order")
    func outOfOrder() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let names = Task {
            try await withThrowingTaskGroup(of: (Int64, String).self) { group in
                for id in Int64(1)...20 {
                    group.addTask { (id, try await client.getAgent(id: id).name) }
                }
                return try await group.reduce(into: [Int64: String]()) { $0[$1.0] = $1.1 }
            }
        }
        var conversation = try await Conversation.open(&connections)
        var asked: [(call: UInt64, agent: Int64)] = []
        for _ in 1...20 { asked.append(try await conversation.agentAsked()) }
        for (call, agent) in asked.reversed() { try await conversation.answer(call, agent: agent) }
        let expected = Dictionary(uniqueKeysWithValues: (Int64(1)...20).map { ($0, "agent \($0)") })
        #expect(try await names.value == expected)
        #expect(Set(asked.map(\.call)).count == 20)
        await client.close()
    }

    @Test("No more calls are in flight than Welcome allows; the others follow as answers come")
    func inFlightLimit() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        // A ping is sent when nothing was heard for a moment: with it, all that could be sent before has been.
        let client = AgentdClient.of(server) { $0.pingInterval = .milliseconds(20) }
        let ids = Task {
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for id in Int64(1)...6 { group.addTask { try await client.getAgent(id: id).id } }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
        }
        var conversation = try await Conversation.open(&connections, inFlight: 2)
        for _ in 1...3 {
            var asked: [(call: UInt64, agent: Int64)] = []
            while asked.count < 2 { asked += try await conversation.askedUntilPing() }
            #expect(try await conversation.askedUntilPing().isEmpty)
            #expect(asked.count == 2)
            for (call, agent) in asked { try await conversation.answer(call, agent: agent) }
        }
        #expect(try await ids.value == Set(1...6))
        await client.close()
    }

    @Test("An error is thrown with its code, reason, fields, delay and request id")
    func refusal() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: -1) }
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        let violation = FieldViolation(field: "id", description: "must be positive")
        let error = ServiceError(
            .fieldInvalid, "Fields are wrong.", details: [.badRequest([violation]), .retry(afterMilliseconds: 1_500)])
        try await conversation.connection.refuse(request.id, error, requestID: "call-77")
        let failure = try await thrown
        #expect(failure.code == .invalidArgument)
        #expect(failure.reason == "FIELD_INVALID")
        #expect(failure.message == "Fields are wrong.")
        #expect(failure.violations.map(\.field) == ["id"])
        #expect(failure.violations.map(\.description) == ["must be positive"])
        #expect(failure.retryDelay == .milliseconds(1_500))
        #expect(failure.requestID == "call-77")
        #expect(!failure.isConnectionFailure)
        await client.close()
    }

    @Test("A request longer than the daemon takes is refused here, and the connection goes on")
    func longRequest() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let long = AgentdClient.Agent(name: "long", type: .research, systemPrompt: String(repeating: "x", count: 2_000))
        async let thrown = failure { () throws(AgentdError) in try await client.createAgent(long) }
        var conversation = try await Conversation.open(&connections, messageBytes: 1_000)
        let failure = try await thrown
        #expect(failure.code == .resourceExhausted)
        #expect(failure.reason == "MESSAGE_TOO_LARGE")
        async let agent = client.getAgent(id: 3)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.answer(call, agent: id)
        #expect(try await agent.id == 3)
        await client.close()
    }

    @Test("A text with a NUL is refused before anything is sent, and never cut")
    func nul() async throws {
        let client = AgentdClient.of(port: 1)
        let agent = AgentdClient.Agent(name: "a\0b", type: .research, systemPrompt: "c\0")
        let failure = try await failure { () throws(AgentdError) in try await client.createAgent(agent) }
        #expect(failure.code == .invalidArgument)
        #expect(failure.violations.map(\.field) == ["agent.name", "agent.system_prompt"])
    }

    @Test("Changes carry a request id, the caller's or one that is made")
    func requestIDs() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let made = client.deleteAgent(id: 1)
        var conversation = try await Conversation.open(&connections)
        let first = try await conversation.request()
        let id = try DeleteAgentRequest(decoding: first.message).requestID
        #expect(UUIDValue(id) != nil)
        try await conversation.answer(first.id, agent: 1)
        _ = try await made
        async let given = client.deleteAgent(id: 1, requestID: "8d5bd8c8-0b1c-4f6c-9d0e-6f3d1a2b3c4d")
        let second = try await conversation.request()
        #expect(try DeleteAgentRequest(decoding: second.message).requestID == "8d5bd8c8-0b1c-4f6c-9d0e-6f3d1a2b3c4d")
        try await conversation.answer(second.id, agent: 1)
        _ = try await given
        await client.close()
    }

    @Test("A list of several pages is one sequence, empty pages in between included")
    func pages() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let ids = client.allAgents(.init(pageSize: 2)).reduce(into: [Int64]()) { $0.append($1.id) }
        var conversation = try await Conversation.open(&connections)
        for (token, page, next) in [("", [1, 2], "a"), ("a", [], "b"), ("b", [Int64(3)], "")] {
            let request = try await conversation.request()
            #expect(try ListAgentsRequest(decoding: request.message).pageToken == token)
            let arena = Arena(capacity: 0)
            let agents = page.map { id in
                var agent = Agent(tenantID: TenantID(UUIDValue(high: 1, low: 2)))
                agent.id = id
                return AgentView(agent, arena: arena)
            }
            try await conversation.connection.answer(request.id, ListAgentsAnswer(agents: agents, nextPageToken: next))
            withExtendedLifetime(arena) {}
        }
        #expect(try await ids == [1, 2, 3])
        await client.close()
    }

    @Test("A client that is closed makes no calls")
    func closed() async throws {
        let client = AgentdClient.of(port: 1)
        await client.close()
        let failure = try await failure { () throws(AgentdError) in try await client.whoAmI() }
        #expect(failure.code == .cancelled)
    }

    @Test("Closing waits for the calls in flight")
    func closeWaits() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let agent = client.getAgent(id: 5)
        var conversation = try await Conversation.open(&connections)
        let (call, id) = try await conversation.agentAsked()
        async let closing: Void = client.close()
        try await conversation.answer(call, agent: id)
        #expect(try await agent.id == 5)
        await closing
        #expect(await conversation.end().isEmpty)
    }
}
