internal import AgentdClient
internal import AgentdCore
internal import Testing

@Suite("AgentdClient: deadlines and cancellation", .timeLimit(.minutes(1)))
struct GivingUpTests {
    @Test("When its time is over a call fails and the server is told")
    func deadline() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        // The connection is there before: making it takes no part of the short time.
        async let answered = client.getAgent(id: 2)
        var conversation = try await Conversation.open(&connections)
        let (first, id) = try await conversation.agentAsked()
        try await conversation.answer(first, agent: id)
        _ = try await answered
        async let thrown = failure { () throws(AgentdError) in
            try await client.getAgent(id: 1, options: .init(timeout: .milliseconds(250)))
        }
        let (call, _) = try await conversation.agentAsked()
        #expect(try await conversation.cancel() == call)
        #expect(try await thrown.code == .deadlineExceeded)
        await client.close()
    }

    @Test("A task that is cancelled gives its call up at once, and the server is told")
    func cancellation() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let task = Task { try await failure { () throws(AgentdError) in try await client.getAgent(id: 1) } }
        var conversation = try await Conversation.open(&connections)
        let (call, _) = try await conversation.agentAsked()
        task.cancel()
        #expect(try await conversation.cancel() == call)
        #expect(try await task.value.code == .cancelled)
        await client.close()
    }

    @Test("A task that was cancelled before makes no call")
    func cancelledBefore() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        }
        #expect(try await task.value.code == .cancelled)
        async let agent = client.getAgent(id: 2)
        var conversation = try await Conversation.open(&connections)
        let (call, id) = try await conversation.agentAsked()
        #expect(id == 2)
        try await conversation.answer(call, agent: id)
        _ = try await agent
        await client.close()
    }

    @Test("A late answer to a call that was given up disturbs nothing")
    func lateAnswer() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let task = Task { try await failure { () throws(AgentdError) in try await client.getAgent(id: 1) } }
        var conversation = try await Conversation.open(&connections)
        let (late, _) = try await conversation.agentAsked()
        task.cancel()
        _ = try await conversation.cancel()
        async let agent = client.getAgent(id: 2)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.answer(late, agent: 1)
        try await conversation.answer(call, agent: id)
        #expect(try await agent.id == 2)
        await client.close()
    }

    @Test("A call that waits for its turn until its time is over was never sent")
    func deadlineWhileWaiting() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let first = client.getAgent(id: 1)
        var conversation = try await Conversation.open(&connections, inFlight: 1)
        let (call, id) = try await conversation.agentAsked()
        let failure = try await failure { () throws(AgentdError) in
            try await client.getAgent(id: 2, options: .init(timeout: .milliseconds(50)))
        }
        #expect(failure.code == .deadlineExceeded)
        #expect(!failure.isConnectionFailure)
        try await conversation.answer(call, agent: id)
        _ = try await first
        await client.close()
        // Neither the request nor a Cancel for it.
        #expect(await conversation.end().isEmpty)
    }

    @Test("A server that never says Welcome costs no more than the time of the call")
    func noWelcome() async throws {
        let server = try await FrameServer.start()
        let client = AgentdClient.of(server)
        let failure = try await failure { () throws(AgentdError) in
            try await client.getAgent(id: 1, options: .init(timeout: .milliseconds(50)))
        }
        #expect(failure.code == .deadlineExceeded)
        #expect(failure.isConnectionFailure)
    }

    @Test("A server that does not answer a ping is dead")
    func deadPeer() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) {
            $0.pingInterval = .milliseconds(30)
            $0.pongTimeout = .milliseconds(50)
            $0.retries = .never
        }
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        var conversation = try await Conversation.open(&connections)
        _ = try await conversation.agentAsked()
        _ = try await conversation.ping()
        let failure = try await thrown
        #expect(failure.code == .unavailable)
        #expect(failure.reason == "CONNECTION_LOST")
        #expect(await conversation.end().isEmpty)
    }

    @Test("A server that answers pings may take its time")
    func slowPeer() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) {
            $0.pingInterval = .milliseconds(5)
            $0.retries = .never
        }
        async let agent = client.getAgent(id: 1)
        var conversation = try await Conversation.open(&connections)
        let (call, id) = try await conversation.agentAsked()
        for _ in 1...3 { try await conversation.connection.pong(token: try await conversation.ping()) }
        try await conversation.answer(call, agent: id)
        #expect(try await agent.id == 1)
        await client.close()
    }
}
