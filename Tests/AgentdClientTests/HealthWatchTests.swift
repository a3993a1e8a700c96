internal import AgentdClient
internal import AgentdCore
internal import Messages
internal import Testing

@Suite("AgentdClient: watching health", .timeLimit(.minutes(1)))
struct HealthWatchTests {
    private static let method = "/grpc.health.v1.Health/Watch"

    /// A watch in a task of its own: what it hears, and what it fails with.
    private struct Watch {
        let task: Task<AgentdError?, Never>
        private var statuses: AsyncStream<AgentdClient.HealthStatus>.Iterator

        /// - Parameter pause: Between two statuses.
        init(
            _ client: AgentdClient, service: String = "", options: AgentdClient.CallOptions = .standard,
            pause: @escaping @Sendable () async -> Void = {}
        ) {
            let (heard, hear) = AsyncStream.makeStream(of: AgentdClient.HealthStatus.self)
            statuses = heard.makeAsyncIterator()
            task = Task {
                do throws(AgentdError) {
                    for try await status in client.healthWatch(service: service, options: options) {
                        hear.yield(status)
                        await pause()
                    }
                    return nil
                } catch {
                    return error
                }
            }
        }

        mutating func next() async -> AgentdClient.HealthStatus? { await statuses.next() }
    }

    /// A watch that has heard that the daemon serves.
    private static func begun(
        on connections: inout AsyncStream<ServerConnection>.Iterator, _ watch: inout Watch
    ) async throws -> (conversation: Conversation, call: UInt64) {
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        #expect(request.method == method)
        try await conversation.connection.stream(request.id, [response(.serving)])
        #expect(await watch.next() == .serving)
        return (conversation, request.id)
    }

    private static func response(_ status: ServingStatus) -> HealthCheckResponse { HealthCheckResponse(status: status) }

    @Test("Statuses come one after the other, until the daemon ends the stream")
    func statuses() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client, service: "agentd.v1.AgentService")
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        #expect(request.method == Self.method)
        // It goes on for as long as it is watched.
        #expect(request.timeoutMilliseconds == 0)
        #expect(try HealthCheckRequest(decoding: request.message).service == "agentd.v1.AgentService")
        for status in [ServingStatus.notServing, .serving, .notServing, .serviceUnknown] {
            try await conversation.connection.stream(request.id, [Self.response(status)])
            #expect(await watch.next()?.rawValue == Int32(status.rawValue))
        }
        try await conversation.connection.stream(request.id, [], ends: true)
        #expect(await watch.task.value == nil)
        await client.close()
        #expect(await conversation.end().isEmpty)
    }

    @Test("Other calls go on beside it")
    func otherCalls() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        var (conversation, watchID) = try await Self.begun(on: &connections, &watch)
        async let agent = client.getAgent(id: 7)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.connection.stream(watchID, [Self.response(.notServing)])
        try await conversation.answer(call, agent: id)
        #expect(try await agent.id == 7)
        #expect(await watch.next() == .notServing)
        await client.close()
    }

    @Test("Who ends the iteration gives the call up, and the daemon is told")
    func ending() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let watch = Task {
            for try await status in client.healthWatch() where status == .serving { return }
        }
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        try await conversation.connection.stream(request.id, [Self.response(.notServing), Self.response(.serving)])
        try await watch.value
        #expect(try await conversation.cancel() == request.id)
        await client.close()
    }

    @Test("A task that is cancelled gives it up, before the first status and between two", arguments: [false, true])
    func cancellation(hasBegun: Bool) async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        if hasBegun {
            try await conversation.connection.stream(request.id, [Self.response(.serving)])
            #expect(await watch.next() == .serving)
        }
        watch.task.cancel()
        #expect(try await conversation.cancel() == request.id)
        #expect(await watch.task.value?.code == .cancelled)
        await client.close()
    }

    @Test("A slow reader finds the newest status alone, however many came")
    func slowReader() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        var watch = Watch(client) { for await _ in gate { return } }
        var (conversation, watchID) = try await Self.begun(on: &connections, &watch)
        let many = (0..<1_000).map { Self.response($0 % 2 == 0 ? .notServing : .serving) }
        try await conversation.connection.stream(watchID, many + [Self.response(.serviceUnknown)])
        // Its answer comes behind them, so they are there.
        async let agent = client.getAgent(id: 1)
        let (call, id) = try await conversation.agentAsked()
        try await conversation.answer(call, agent: id)
        _ = try await agent
        opening.yield()
        #expect(await watch.next() == .serviceUnknown)
        opening.finish()
        await client.close()
    }

    @Test("A daemon that stops ends it with what it says")
    func draining() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        let (conversation, watchID) = try await Self.begun(on: &connections, &watch)
        try await conversation.connection.stream(watchID, [Self.response(.notServing)])
        #expect(await watch.next() == .notServing)
        try await conversation.connection.goAway(lastID: watchID)
        try await conversation.connection.refuse(watchID, ServiceError(.draining, "The daemon stops."))
        let error = await watch.task.value
        #expect(error?.code == .unavailable && error?.reason == "DRAINING")
        await client.close()
    }

    @Test("The end of the connection ends it, and it is not begun again by itself")
    func lostConnection() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        let (conversation, _) = try await Self.begun(on: &connections, &watch)
        try await conversation.connection.close()
        let error = await watch.task.value
        #expect(error?.code == .unavailable && error?.reason == "CONNECTION_LOST")
        await client.close()
    }

    @Test("Before its first status it is tried again like any other call")
    func retry() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        var leaving = try await Conversation.open(&connections)
        _ = try await leaving.request()
        try await leaving.connection.goAway(lastID: 0)
        _ = try await Self.begun(on: &connections, &watch)
        await client.close()
    }

    @Test("A client that is closed does not wait for it")
    func closing() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        var watch = Watch(client)
        var (conversation, watchID) = try await Self.begun(on: &connections, &watch)
        await client.close()
        #expect(await watch.task.value?.code == .cancelled)
        #expect(try await conversation.cancel() == watchID)
        #expect(await conversation.end().isEmpty)
        #expect(await Watch(client).task.value?.code == .cancelled)
    }

    @Test("With a timeout it ends with it, and the daemon is told")
    func timeout() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let watch = Watch(client, options: .init(timeout: .milliseconds(500)))
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        #expect((1...501).contains(request.timeoutMilliseconds))
        try await conversation.connection.stream(request.id, [Self.response(.serving)])
        #expect(try await conversation.cancel() == request.id)
        #expect(await watch.task.value?.code == .deadlineExceeded)
        await client.close()
    }

    @Test("A name that cannot be sent is refused before anything is")
    func wrongName() async throws {
        let client = AgentdClient.of(port: 1)
        let error = await Watch(client, service: "a\0b").task.value
        #expect(error?.code == .invalidArgument && error?.violations.map(\.field) == ["service"])
        await client.close()
    }
}
