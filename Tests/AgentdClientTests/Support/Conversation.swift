internal import AgentdClient
internal import AgentdCore
internal import Messages
internal import Testing

/// One connection that the test plays the server on.
struct Conversation {
    let connection: ServerConnection
    private var frames: AsyncStream<ReceivedFrame>.Iterator

    private init(connection: ServerConnection) {
        self.connection = connection
        frames = connection.frames.makeAsyncIterator()
    }

    /// Takes the next connection, reads its Hello and welcomes it.
    static func open(
        _ connections: inout AsyncStream<ServerConnection>.Iterator, messageBytes: UInt32 = 1 << 20,
        inFlight: UInt32 = 100
    ) async throws -> Conversation {
        var conversation = try await accept(&connections)
        _ = try await conversation.hello()
        try await conversation.connection.welcome(messageBytes: messageBytes, inFlight: inFlight)
        return conversation
    }

    /// Takes the next connection and says nothing.
    static func accept(_ connections: inout AsyncStream<ServerConnection>.Iterator) async throws -> Conversation {
        Conversation(connection: try #require(await connections.next()))
    }

    mutating func hello() async throws -> [Header] {
        guard case .hello(let version, let headers) = try await next() else { throw Unexpected(wanted: "Hello") }
        #expect(version == 1)
        return headers
    }

    mutating func request() async throws -> ReceivedRequest {
        guard case .request(let request) = try await next() else { throw Unexpected(wanted: "a request") }
        return request
    }

    /// The id of the agent that the next request, a `GetAgent`, asks for, with the id of the call.
    mutating func agentAsked() async throws -> (call: UInt64, agent: Int64) {
        let request = try await request()
        #expect(request.method == "/agentd.v1.AgentService/GetAgent")
        return (request.id, try GetAgentRequest(decoding: request.message).id)
    }

    mutating func cancel() async throws -> UInt64 {
        guard case .cancel(let id) = try await next() else { throw Unexpected(wanted: "a Cancel") }
        return id
    }

    mutating func ping() async throws -> UInt64 {
        guard case .ping(let token) = try await next() else { throw Unexpected(wanted: "a Ping") }
        return token
    }

    /// The `GetAgent` requests that come before the next ping, which is answered.
    mutating func askedUntilPing() async throws -> [(call: UInt64, agent: Int64)] {
        var asked: [(call: UInt64, agent: Int64)] = []
        while true {
            switch try await next() {
            case .request(let request): asked.append((request.id, try GetAgentRequest(decoding: request.message).id))
            case .ping(let token):
                try await connection.pong(token: token)
                return asked
            case .hello, .cancel, .other: throw Unexpected(wanted: "a request or a ping")
            }
        }
    }

    /// Waits until the client has closed the connection; what still came before is returned.
    mutating func end() async -> [ReceivedFrame] {
        var rest: [ReceivedFrame] = []
        while let frame = await frames.next() { rest.append(frame) }
        return rest
    }

    func answer(_ call: UInt64, agent id: Int64) async throws {
        var agent = AgentMessage()
        agent.id = id
        agent.name = "agent \(id)"
        try await connection.answer(call, agent)
    }

    private mutating func next() async throws -> ReceivedFrame {
        guard let frame = await frames.next() else {
            throw Unexpected(wanted: "a frame, not the end of the connection")
        }
        return frame
    }

    struct Unexpected: Error {
        let wanted: String
    }
}

extension AgentdClient {
    /// A client of a server on this machine that is patient, but tries again at once.
    static func of(
        _ server: FrameServer, token: String? = "agd_test", _ change: (inout Configuration) -> Void = { _ in }
    ) -> AgentdClient { of(port: server.port, token: token, change) }

    static func of(
        port: Int, token: String? = "agd_test", _ change: (inout Configuration) -> Void = { _ in }
    ) -> AgentdClient {
        var configuration = Configuration(host: "127.0.0.1", port: port, token: token)
        configuration.retries.initialBackoff = .milliseconds(1)
        configuration.retries.maximumBackoff = .milliseconds(5)
        change(&configuration)
        return AgentdClient(configuration: configuration)
    }
}

/// What a call that must fail threw.
func failure<R>(of call: () async throws(AgentdError) -> R) async throws -> AgentdError {
    do {
        _ = try await call()
    } catch {
        return error
    }
    throw Conversation.Unexpected(wanted: "a failure")
}
