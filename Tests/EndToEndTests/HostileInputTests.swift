import Testing

internal import AgentdCore
internal import Messages

/// Every line of "What is malformed, and its answer" in PROTOCOL.md that one client can send alone.
@Suite("Hostile input: frames and requests", .sharedWorld(), .timeLimit(.minutes(2)))
struct HostileInputTests {
    /// Bytes that end their connection.
    struct Breach: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let reason: String

        init(_ description: String, _ bytes: [UInt8], _ reason: String) {
            testDescription = description
            self.bytes = bytes
            self.reason = reason
        }

        /// One frame with this payload.
        init(_ description: String, payload: [UInt8], _ reason: String) {
            self.init(description, RawConnection.framed(payload), reason)
        }
    }

    @Test("What breaks the protocol ends its connection with its own reason", arguments: prefixes + payloads + hellos)
    func breach(_ breach: Breach) async throws {
        let world = try World.shared
        try await world.whileServing {
            try await RawConnection.with(world.daemon.port) { connection in
                try await connection.send(bytes: breach.bytes)
                let end = try await connection.goAway()
                #expect(end.reason == breach.reason)
                try await connection.expectEnd()
            }
        }
    }

    private static let frameLimit = WireLimits().messageBytes + WireLimits().headerBytes + 4 * 1_024

    private static func prefix(flags: UInt8, length: UInt32) -> [UInt8] {
        [flags] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) }
    }

    private static let prefixes = [
        Breach("A frame of length 0", prefix(flags: 0, length: 0), "FRAME_UNKNOWN"),
        Breach("A byte over the limit", prefix(flags: 0, length: UInt32(frameLimit) + 1), "FRAME_TOO_LARGE"),
        Breach("2^32 - 1 bytes", prefix(flags: 0, length: .max), "FRAME_TOO_LARGE"),
        Breach("Flags 1", prefix(flags: 1, length: 0), "COMPRESSION_UNSUPPORTED"),
        Breach("Flags 2", prefix(flags: 2, length: 0), "FRAME_FLAGS_INVALID"),
        Breach("Flags 255", prefix(flags: 255, length: 0), "FRAME_FLAGS_INVALID"),
        Breach(
            "The preface of HTTP/2 behind a frame",
            RawConnection.framed(ping) + Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), "FRAME_FLAGS_INVALID"),
        Breach("Garbage", [0xDE, 0xAD, 0xBE, 0xEF, 0x00, 0xFF], "FRAME_FLAGS_INVALID"),
    ]

    private static let request = WireBytes.request()
    private static let ping = WireBytes.field(4, WireBytes.field(1, 1))

    private static let payloads = [
        Breach("Garbage in a frame", payload: [0xDE, 0xAD, 0xBE, 0xEF], "FRAME_MALFORMED"),
        Breach("A payload cut short", payload: Array(request.dropLast()), "FRAME_MALFORMED"),
        Breach("A group", payload: [0x13, 0x14], "FRAME_MALFORMED"),
        Breach("A request with the wire type of a number", payload: WireBytes.field(2, 1), "FRAME_MALFORMED"),
        Breach("Two kinds in one frame", payload: request + ping, "FRAME_MALFORMED"),
        Breach("A frame of an unknown kind", payload: WireBytes.field(15, WireBytes.field(1, 1)), "FRAME_UNKNOWN"),
        Breach("A request with id 0", payload: WireBytes.request(id: 0), "REQUEST_ID_ZERO"),
        Breach("An empty request", payload: WireBytes.field(2, []), "REQUEST_ID_ZERO"),
        Breach(
            "A method that is not UTF-8",
            payload: WireBytes.field(2, WireBytes.field(1, 1) + WireBytes.field(2, [0xFF])), "FRAME_MALFORMED"),
        Breach("A method with a NUL", payload: WireBytes.request(method: "/a\0"), "FRAME_MALFORMED"),
        Breach(
            "A header key with a NUL", payload: WireBytes.request(headers: [WireBytes.header([0x61, 0], [])]),
            "FRAME_MALFORMED"),
    ]

    private static func hello(_ version: UInt64, _ headers: [UInt8]...) -> [UInt8] {
        WireBytes.field(1, WireBytes.field(1, version) + headers.flatMap { WireBytes.field(2, $0) })
    }

    private static func header(_ key: String, _ bytes: Int = 1) -> [UInt8] {
        WireBytes.header(Array(key.utf8), Array(repeating: 0x61, count: bytes))
    }

    private static let hellos = [
        Breach("Hello with version 0", payload: hello(0), "VERSION_UNSUPPORTED"),
        Breach("Hello of nothing", payload: WireBytes.field(1, []), "VERSION_UNSUPPORTED"),
        Breach("Hello twice", RawConnection.framed(hello(1)) + RawConnection.framed(hello(1)), "HELLO_NOT_FIRST"),
        Breach("Hello after a ping", RawConnection.framed(ping) + RawConnection.framed(hello(1)), "HELLO_NOT_FIRST"),
        Breach("Hello with headers over 8 KiB", payload: hello(1, header("a", 8 * 1_024)), "HEADERS_TOO_LARGE"),
        Breach("Hello with a key in upper case", payload: hello(1, header("Authorization")), "HEADER_INVALID"),
        Breach("Hello with an empty key", payload: hello(1, header("")), "HEADER_INVALID"),
        Breach("Hello with a space in a key", payload: hello(1, header("a b")), "HEADER_INVALID"),
    ]

    @Test("Headers of exactly the limit are taken")
    func headersAtTheLimit() async throws {
        // Key, value and 32 bytes for the header itself.
        let bytes = WireLimits().headerBytes - 32 - 1
        try await RawConnection.with(try World.shared.daemon.port) { connection in
            try await connection.send(bytes: RawConnection.framed(Self.hello(1, Self.header("a", bytes))))
            guard case .welcome? = try await connection.next()?.frame else { throw RawConnection.Closed() }
            try await connection.send(
                bytes: RawConnection.framed(WireBytes.request(headers: [Self.header("a", bytes)])))
            #expect(try await connection.nextResponse().outcome == "UNAUTHENTICATED TOKEN_MISSING")
        }
    }

    /// A request that is refused and harms nobody, not even its own connection.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let payload: [UInt8]
        let outcome: String

        init(_ description: String, _ payload: [UInt8], _ outcome: String) {
            testDescription = description
            self.payload = payload
            self.outcome = outcome
        }
    }

    @Test("A wrong request is answered, and its connection goes on", arguments: requests)
    func refusal(_ wrong: Wrong) async throws {
        let world = try World.shared
        try await world.whileServing {
            try await world.speak(as: world.ada) { ada in
                try await ada.connection.send(bytes: RawConnection.framed(wrong.payload))
                let response = try await ada.connection.nextResponse()
                #expect(try response.outcome == wrong.outcome)
                #expect(response.message.isEmpty)
                try await World.expectServed(ada, email: "ada@acme.example")
            }
        }
    }

    private static let getAgent = "/agentd.v1.AgentService/GetAgent"

    private static let requests = [
        Wrong("An unknown method", WireBytes.request(method: "/a.B/C"), "UNIMPLEMENTED METHOD_UNKNOWN"),
        Wrong("An empty method", WireBytes.request(method: ""), "UNIMPLEMENTED METHOD_UNKNOWN"),
        Wrong(
            "A method of a megabyte", WireBytes.request(method: String(repeating: "a", count: 1 << 20)),
            "UNIMPLEMENTED METHOD_UNKNOWN"),
        Wrong(
            "No message where fields are required", WireBytes.request(method: getAgent),
            "INVALID_ARGUMENT FIELD_INVALID"),
        Wrong(
            "A message cut short", WireBytes.request(method: getAgent, message: [0x08]),
            "INVALID_ARGUMENT MESSAGE_INVALID"),
        Wrong(
            "A message that is garbage", WireBytes.request(method: getAgent, message: [0xDE, 0xAD, 0xBE, 0xEF]),
            "INVALID_ARGUMENT MESSAGE_INVALID"),
        Wrong(
            "A message of another type", WireBytes.request(method: getAgent, message: WireBytes.field(1, [0x61])),
            "INVALID_ARGUMENT MESSAGE_INVALID"),
        Wrong(
            "A header key in upper case", WireBytes.request(headers: [header("Authorization")]),
            "INVALID_ARGUMENT HEADER_INVALID"),
        Wrong("An empty header key", WireBytes.request(headers: [header("")]), "INVALID_ARGUMENT HEADER_INVALID"),
        Wrong(
            "Headers over 8 KiB", WireBytes.request(headers: [header("a", 8 * 1_024)]),
            "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE"),
        Wrong(
            "A token that is none",
            WireBytes.request(headers: [WireBytes.header(Array("authorization".utf8), Array("Bearer x".utf8))]),
            "UNAUTHENTICATED TOKEN_INVALID"),
        Wrong(
            "Another scheme than Bearer",
            WireBytes.request(headers: [WireBytes.header(Array("authorization".utf8), Array("Basic x".utf8))]),
            "UNAUTHENTICATED TOKEN_INVALID"),
    ]

    @Test("A request without a message is one whose fields are all at their defaults")
    func noMessage() async throws {
        let world = try World.shared
        try await world.speak(as: world.ada) { ada in
            let request = WireBytes.field(1, 1) + WireBytes.field(2, Array("/agentd.v1.UserService/WhoAmI".utf8))
            try await ada.connection.send(bytes: RawConnection.framed(WireBytes.field(2, request)))
            let answer = try WhoAmIResponse(decoding: try await ada.connection.nextResponse().message)
            #expect(answer.user?.id == world.ada.id)
        }
    }

    @Test("A Cancel for a call that is not in flight is ignored", arguments: [0, 1, .max])
    func strayCancel(id: UInt64) async throws {
        try await RawConnection.with(try World.shared.daemon.port) { connection in
            try await connection.send(.cancel(id: id))
            try await connection.expectSilence()
        }
    }

    @Test("A client that leaves in the middle of a frame disturbs nobody")
    func cutShort() async throws {
        let world = try World.shared
        let frame = RawConnection.framed(Self.request)
        try await world.whileServing {
            for length in [1, 4, 5, 6, frame.count - 1] {
                try await RawConnection.with(world.daemon.port) { connection in
                    try await connection.send(bytes: Array(frame.prefix(length)))
                }
                try await RawConnection.with(world.daemon.port) { connection in
                    try await connection.send(bytes: Array(frame.prefix(length)))
                    try await connection.closeOutput()
                    try await connection.expectEnd()
                }
            }
        }
    }
}
