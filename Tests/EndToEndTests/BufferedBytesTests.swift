import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Clients that ask for much and read nothing, or never finish what they ask: each keeps within its own bound, and all
/// of them together do not.
@Suite("What is kept for clients", .timeLimit(.minutes(2)))
struct BufferedBytesTests {
    private static let connections = 6
    /// Answers that each asks for, of 60 kB: once a megabyte of them waits, no more are made.
    private static let calls = 200
    private static let promptBytes = 60_000
    /// What the daemon may hold for all of them; the system's own buffers come on top.
    private static let settings = ["AGENTD_MAX_BUFFERED_BYTES": "\(4 << 20)"]
    private static let refused = "agentd_connections_refused_total{reason=\"MEMORY_LIMIT\"}"

    @Test("Of silent readers on the framed door some are closed; whoever reads may ask for as much")
    func framedReaders() async throws {
        try await World.with(settings: Self.settings) { world in
            let agent = try await Self.largeAgent(world)
            let requests = Self.requests(for: agent)
            try await world.whileServing {
                var silent: [RawConnection] = []
                for _ in 0..<Self.connections {
                    let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
                    silent.append(connection)
                    try await connection.setReading(false)
                    try await connection.send(bytes: requests)
                }
                try await Self.expectSomeClosed(world)
                for connection in silent { try? await connection.close() }
            }
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                for id in 1...UInt64(Self.calls) {
                    try await connection.get(agent, id: id)
                    let response = try await connection.nextResponse()
                    #expect(response.code == 0)
                }
            }
        }
    }

    @Test("Of silent readers on the gRPC door, who take what their windows allow and no more, some are closed")
    func grpcReaders() async throws {
        try await World.with(settings: Self.settings) { world in
            let agent = try await Self.largeAgent(world)
            let requests = Self.streams(for: agent, token: world.ada.key)
            try await world.whileServing {
                try await Self.withConnections {
                    try await RawHTTP2.with(world.daemon.port) { connection in
                        try await connection.send(requests)
                        try await Self.expectSomeClosed(world)
                    }
                }
            }
        }
    }

    @Test("Of those whose frames do not come to an end some are closed")
    func framedSenders() async throws {
        // All but its end of a frame that may be sent.
        let part = RawConnection.framed([UInt8](repeating: 0, count: 1_000_000)).dropLast()
        try await World.with(settings: Self.settings) { world in
            try await world.whileServing {
                try await Self.withConnections {
                    try await RawConnection.with(world.daemon.port) { connection in
                        try? await connection.send(bytes: Array(part))
                        try await Self.expectSomeClosed(world)
                    }
                }
            }
        }
    }

    @Test("Of those who begin calls with long heads and send no message some are closed")
    func grpcSenders() async throws {
        let head = RawHTTP2.grpcHead(
            "/agentd.v1.AgentService/GetAgent", [("x-long", String(repeating: "x", count: 7_000))])
        let streams = stride(from: 1, to: UInt32(Self.calls) * 2, by: 2).flatMap { stream in
            RawHTTP2.frame(RawHTTP2.FrameType.headers, flags: RawHTTP2.Flags.endHeaders, stream: stream, head)
        }
        try await World.with(settings: Self.settings) { world in
            try await world.whileServing {
                try await Self.withConnections {
                    try await RawHTTP2.with(world.daemon.port) { connection in
                        try? await connection.send(streams)
                        try await Self.expectSomeClosed(world)
                    }
                }
            }
        }
    }

    private static func withConnections(_ body: @Sendable @escaping () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...connections { group.addTask { try await body() } }
            try await group.waitForAll()
        }
    }

    private static func largeAgent(_ world: World) async throws -> Int64 {
        try await world.speak(as: world.ada) { ada in
            var request = CreateAgentRequest()
            var agent = AgentMessage()
            agent.name = "large"
            agent.agentType = AgentType.research.rawValue
            agent.systemPrompt = String(repeating: "p", count: promptBytes)
            request.agent = agent
            return try await ada.call("AgentService/CreateAgent", request, as: AgentMessage.self).id
        }
    }

    private static func requests(for agent: Int64) -> [UInt8] {
        (1...UInt64(calls)).flatMap { id in
            RawConnection.framed(
                RawConnection.frame(id, "AgentService/GetAgent", GetAgentRequest(id: agent)).encoded())
        }
    }

    private static func streams(for agent: Int64, token: String) -> [UInt8] {
        let head = RawHTTP2.grpcHead("/agentd.v1.AgentService/GetAgent", token: token)
        let message = RawConnection.framed(GetAgentRequest(id: agent).encoded())
        var bytes: [UInt8] = []
        for stream in stride(from: 1, to: UInt32(calls) * 2, by: 2) {
            bytes += RawHTTP2.frame(
                RawHTTP2.FrameType.headers, flags: RawHTTP2.Flags.endHeaders, stream: stream, head)
            bytes += RawHTTP2.frame(
                RawHTTP2.FrameType.data, flags: RawHTTP2.Flags.endStream, stream: stream, message)
        }
        return bytes
    }

    private static func expectSomeClosed(_ world: World) async throws {
        try await waitUntil { try await world.daemon.metrics()[refused, default: 0] > 0 }
        #expect(world.daemon.log.contains("MEMORY_LIMIT"))
        #expect(try world.daemon.memory().resident < 200 << 20)
    }
}
