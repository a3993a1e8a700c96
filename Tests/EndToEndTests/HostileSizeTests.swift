import Testing

internal import AgentdCore
internal import Messages

/// Messages that are large, or cost many times their size.
@Suite("Hostile input: sizes", .timeLimit(.minutes(2)))
struct HostileSizeTests {
    private static let limit = WireLimits().messageBytes
    private static let getAgent = "/agentd.v1.AgentService/GetAgent"
    private static let batchGetAgents = "/agentd.v1.AgentService/BatchGetAgents"
    private static let updateAgent = "/agentd.v1.AgentService/UpdateAgent"

    /// A request for an agent, made longer with a field that nobody knows.
    private static func padded(_ id: Int64, to count: Int) -> [UInt8] {
        let message = WireBytes.field(1, UInt64(id))
        let overhead = WireBytes.field(1_000, Array(repeating: 0, count: count)).count - count
        return message + WireBytes.field(1_000, Array(repeating: 0, count: count - overhead - message.count))
    }

    @Test("A message of exactly the limit is taken; one of a byte more is answered MESSAGE_TOO_LARGE")
    func limit() async throws {
        try await World.with { world in
            try await world.whileServing {
                try await world.speak(as: world.ada) { ada in
                    let agent = try await ada.createAgent("a")
                    for (bytes, outcome) in [
                        (Self.limit, "OK"), (Self.limit + 1, "RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE"),
                        (Self.limit, "OK"),
                    ] {
                        let message = Self.padded(agent.id, to: bytes)
                        #expect(message.count == bytes)
                        try await ada.connection.send(
                            bytes: RawConnection.framed(WireBytes.request(method: Self.getAgent, message: message)))
                        let response = try await ada.connection.nextResponse()
                        #expect(try response.outcome == outcome)
                        if response.code == 0 { #expect(try AgentMessage(decoding: response.message) == agent) }
                    }
                }
            }
        }
    }

    /// Messages in a request that takes its message as it is.
    private static let messages: [(name: String, method: String, bytes: [UInt8])] = [
        ("unknown fields", getAgent, WireBytes.repeated(WireBytes.field(1_000, 1), upTo: limit)),
        ("empty unknown fields", getAgent, WireBytes.repeated(WireBytes.field(15, []), upTo: limit)),
        ("empty messages", updateAgent, WireBytes.repeated(WireBytes.field(1, []), upTo: limit)),
        ("empty texts", updateAgent, WireBytes.field(2, WireBytes.repeated(WireBytes.field(1, []), upTo: limit - 16))),
        ("numbers", batchGetAgents, WireBytes.field(1, Array(repeating: 1, count: limit - 16))),
        ("numbers one by one", batchGetAgents, WireBytes.repeated(WireBytes.field(1, 1), upTo: limit)),
        ("100,000 levels", updateAgent, WireBytes.nested(1, levels: 100_000)),
        ("100,000 levels of something unknown", updateAgent, WireBytes.nested(9, levels: 100_000)),
        ("100,000 groups", updateAgent, Array(repeating: 0x0B, count: 100_000)),
    ]

    /// Payloads of frames.
    private static let payloads: [(name: String, bytes: [UInt8])] = [
        ("unknown fields", WireBytes.repeated(WireBytes.field(1_000, 1), upTo: limit)),
        ("unknown fields of a request", WireBytes.field(2, WireBytes.repeated(WireBytes.field(15, 1), upTo: limit))),
        ("empty headers", WireBytes.field(2, WireBytes.repeated(WireBytes.field(3, []), upTo: limit))),
        ("empty headers of Hello", WireBytes.field(1, WireBytes.repeated(WireBytes.field(2, []), upTo: limit))),
        ("empty requests", WireBytes.repeated(WireBytes.field(2, []), upTo: limit)),
        ("100,000 levels", WireBytes.nested(2, levels: 100_000)),
        ("100,000 groups", Array(repeating: 0x13, count: 100_000)),
    ]

    /// 100,000 levels of a field that nobody knows are just bytes: the one message among these that can be read.
    private static let readable = "100,000 levels of something unknown"

    @Test("Messages that cost many times their size are refused, and take at most 16 MiB while they are")
    func memory() async throws {
        try await World.with { world in
            try await world.whileServing {
                // What the daemon needs for the longest messages, it has afterwards.
                for _ in 0..<5 { try await Self.sendMessage(Self.getAgent, Self.padded(1, to: Self.limit), world) }
                try world.daemon.forgetPeak()
                let before = try world.daemon.memory().resident
                for round in 0..<2 {
                    for message in Self.messages {
                        let outcome = try await Self.sendMessage(message.method, message.bytes, world)
                        let field = message.name == Self.readable ? "FIELD_INVALID" : "MESSAGE_INVALID"
                        #expect(outcome == "INVALID_ARGUMENT \(field)", "\(message.name), round \(round)")
                    }
                    for payload in Self.payloads {
                        let reason = try await Self.sendPayload(payload.bytes, world)
                        #expect(reason == "FRAME_MALFORMED", "\(payload.name), round \(round)")
                    }
                }
                let growth = try world.daemon.memory().peak - before
                #expect(growth <= 16 << 20, "\(growth) bytes more than \(before)")
            }
        }
    }

    @discardableResult
    private static func sendMessage(_ method: String, _ bytes: [UInt8], _ world: World) async throws -> String {
        try await world.speak(as: world.ada) { ada in
            try await ada.connection.send(
                bytes: RawConnection.framed(WireBytes.request(method: method, message: bytes)))
            return try await ada.connection.nextResponse().outcome
        }
    }

    private static func sendPayload(_ bytes: [UInt8], _ world: World) async throws -> String {
        try await RawConnection.with(world.daemon.port) { connection in
            try await connection.send(bytes: RawConnection.framed(bytes))
            let end = try await connection.goAway()
            try await connection.expectEnd()
            return end.reason
        }
    }
}
