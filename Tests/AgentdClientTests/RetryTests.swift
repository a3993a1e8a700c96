internal import AgentdClient
internal import AgentdCore
internal import Framing
internal import Messages
internal import TestSupport
internal import Testing

@Suite("AgentdClient: connections and retries", .timeLimit(.minutes(1)))
struct RetryTests {
    /// A change that nothing makes safe to repeat.
    private static func plainChange(_ client: AgentdClient) async throws(AgentdError) -> AgentMessage {
        try await client.call("/agentd.v1.AgentService/DeleteAgent", DeleteAgentRequest(id: 1), kind: .change)
    }

    @Test("What GoAway says was not executed is made on another connection, also a change; the rest is answered")
    func goAway() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let executed = client.getAgent(id: 1)
        var first = try await Conversation.open(&connections)
        let (executedCall, _) = try await first.agentAsked()
        async let unexecuted = Self.plainChange(client)
        let lost = try await first.request()
        try await first.connection.goAway(lastID: executedCall)
        var second = try await Conversation.open(&connections)
        let repeated = try await second.request()
        #expect(repeated.method == lost.method)
        #expect(repeated.message == lost.message)
        try await second.answer(repeated.id, agent: 1)
        try await first.answer(executedCall, agent: 1)
        #expect(try await unexecuted.id == 1)
        #expect(try await executed.id == 1)
        // With its last answer the old connection has served.
        #expect(await first.end().isEmpty)
        await client.close()
    }

    @Test("A change that is lost with its connection is not repeated without a request id")
    func lostChange() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in try await Self.plainChange(client) }
        var conversation = try await Conversation.open(&connections)
        _ = try await conversation.request()
        try await conversation.connection.close()
        let failure = try await thrown
        #expect(failure.code == .unknown)
        #expect(failure.reason == "OUTCOME_UNKNOWN")
        // The next call connects again.
        async let agent = client.getAgent(id: 2)
        var next = try await Conversation.open(&connections)
        let (call, id) = try await next.agentAsked()
        try await next.answer(call, agent: id)
        #expect(try await agent.id == 2)
        await client.close()
    }

    @Test("A change with a request id is repeated with the same bytes when its connection is lost")
    func lostRepeatableChange() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let agent = client.createAgent(.init(name: "once", type: .research))
        var first = try await Conversation.open(&connections)
        let lost = try await first.request()
        try await first.connection.close()
        var second = try await Conversation.open(&connections)
        let repeated = try await second.request()
        #expect(repeated.message == lost.message)
        #expect(UUIDValue(try CreateAgentRequest(decoding: repeated.message).requestID) != nil)
        try await second.answer(repeated.id, agent: 9)
        #expect(try await agent.id == 9)
        await client.close()
    }

    @Test("A change with a request id that is lost again and again is reported as of unknown outcome")
    func lostAgainAndAgain() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) { $0.retries.maximumAttempts = 3 }
        async let thrown = failure { () throws(AgentdError) in try await client.deleteAgent(id: 1) }
        for _ in 1...3 {
            var conversation = try await Conversation.open(&connections)
            _ = try await conversation.request()
            try await conversation.connection.close()
        }
        let failure = try await thrown
        #expect(failure.code == .unknown)
        #expect(failure.reason == "OUTCOME_UNKNOWN")
    }

    @Test(
        "Errors that pass are tried again, others are not",
        arguments: [
            (Reason.databaseUnavailable, true), (.outcomeUnknown, true), (.transactionConflict, true),
            (.draining, true),
            (.internal, false), (.agentNotFound, false), (.etagMismatch, false), (.deadlineExceeded, false),
        ])
    func transientErrors(reason: Reason, isTriedAgain: Bool) async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let task = Task { try await client.updateAgent(.init(name: "new"), fields: [.name]) }
        var conversation = try await Conversation.open(&connections)
        let first = try await conversation.request()
        try await conversation.connection.refuse(first.id, ServiceError(reason, "Not now."))
        if isTriedAgain {
            let second = try await conversation.request()
            #expect(second.message == first.message)
            try await conversation.answer(second.id, agent: 4)
            #expect(try await task.value.id == 4)
        } else {
            let failure = await #expect(throws: AgentdError.self) { try await task.value }
            #expect(failure?.reason == reason.rawValue)
        }
        await client.close()
        #expect(await conversation.end().isEmpty)
    }

    @Test("After its last attempt a call fails with what the daemon said last")
    func attempts() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) { $0.retries.maximumAttempts = 3 }
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        var conversation = try await Conversation.open(&connections)
        for attempt in 1...3 {
            let (call, _) = try await conversation.agentAsked()
            let error = ServiceError(.databaseUnavailable, "Attempt \(attempt).")
            try await conversation.connection.refuse(call, error)
        }
        #expect(try await thrown.message == "Attempt 3.")
        await client.close()
        #expect(await conversation.end().isEmpty)
    }

    @Test("A daemon that asks for more patience than the call has is not asked again")
    func longRetryDelay() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        var conversation = try await Conversation.open(&connections)
        let (call, _) = try await conversation.agentAsked()
        let error = ServiceError(.databaseUnavailable, "Later.", details: [.retry(afterMilliseconds: 60_000)])
        try await conversation.connection.refuse(call, error)
        let failure = try await thrown
        #expect(failure.reason == "DB_UNAVAILABLE")
        #expect(failure.retryDelay == .seconds(60))
        await client.close()
        #expect(await conversation.end().isEmpty)
    }

    @Test("Nobody listening is a connection failure, after a bounded number of attempts")
    func refusedConnection() async throws {
        let unused = try UnusedPort()
        defer { withExtendedLifetime(unused) {} }
        let port = Int(unused.number)
        let client = AgentdClient.of(port: port)
        let failure = try await failure { () throws(AgentdError) in try await Self.plainChange(client) }
        #expect(failure.code == .unavailable)
        #expect(failure.isConnectionFailure)
        #expect(failure.message == "Cannot connect to 127.0.0.1:\(port): connection refused.")
        await client.close()
    }

    @Test("A daemon that comes back is found again")
    func restart() async throws {
        // An address of its own, so that the port stays free while nobody listens there.
        let host = "127.0.0.77"
        let before = try await FrameServer.start(host: host)
        let port = before.port
        var connections = before.connections()
        let client = AgentdClient.of(before) {
            $0.endpoint = .tcp(host: host, port: port)
            $0.retries.maximumAttempts = 1_000
        }
        async let first = client.getAgent(id: 1)
        var conversation = try await Conversation.open(&connections)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.answer(call, agent: id)
        _ = try await first
        try await before.stop()
        try await conversation.connection.close()

        async let second = client.getAgent(id: 2)
        let after = try await FrameServer.start(host: host, port: port)
        var later = after.connections()
        var again = try await Conversation.open(&later)
        let (secondCall, secondID) = try await again.agentAsked()
        try await again.answer(secondCall, agent: secondID)
        #expect(try await second.id == 2)
        await client.close()
    }

    @Test(
        "A peer of another protocol is named as such",
        arguments: [
            Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0, 0, 0, 0, 2, 0xFF, 0xFF], [0, 0xFF, 0, 0, 0],
        ])
    func otherProtocol(bytes: [UInt8]) async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) { $0.retries = .never }
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        var conversation = try await Conversation.accept(&connections)
        _ = try await conversation.hello()
        try await conversation.connection.send(bytes: bytes)
        let failure = try await thrown
        #expect(failure.isConnectionFailure)
        #expect(failure.message.contains("127.0.0.1:\(server.port)"))
        #expect(await conversation.end().isEmpty)
    }

    @Test("Headers that the daemon refuses are not tried again")
    func headersRefused() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in try await client.getAgent(id: 1) }
        var conversation = try await Conversation.accept(&connections)
        _ = try await conversation.hello()
        try await conversation.connection.goAway(lastID: 0, reason: .headersTooLarge)
        #expect(try await thrown.reason == "HEADERS_TOO_LARGE")
    }

    @Test("Several connections share the calls")
    func severalConnections() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server) { $0.connections = 2 }
        async let first = client.getAgent(id: 1)
        async let second = client.getAgent(id: 2)
        for _ in 1...2 {
            var conversation = try await Conversation.open(&connections)
            let (call, id) = try await conversation.agentAsked()
            try await conversation.answer(call, agent: id)
        }
        #expect(try await [first.id, second.id] == [1, 2])
        await client.close()
    }
}
