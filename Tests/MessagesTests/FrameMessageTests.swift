internal import AgentdCore
@testable internal import Messages
internal import Testing

@Suite("Frames")
struct FrameMessageTests {
    /// Reads a frame of a client while its arena lives.
    private func read<R>(_ bytes: [UInt8], _ body: (ClientFrame) throws -> R) throws -> R {
        let arena = Arena(capacity: 4 << 20)
        return try withExtendedLifetime(arena) {
            try bytes.withUnsafeBytes { try body(try ClientFrame(decoding: $0, arena: arena, memory: 2 << 20)) }
        }
    }

    private func fail(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) {
        Issue.record(comment, sourceLocation: sourceLocation)
    }

    @Test("Hello")
    func hello() throws {
        try read(OutboundClientFrame.hello(version: 3, headers: Sample.headers).encoded()) { frame in
            guard case .hello(version: 3, headers: Sample.headers) = frame else {
                return fail("It is \(frame)")
            }
        }
    }

    @Test("Request", arguments: [0, 1, 1 << 20])
    func request(messageBytes: Int) throws {
        let message = Array(repeating: UInt8(9), count: messageBytes)
        let frame = OutboundClientFrame.request(
            id: .max, method: "/a.B/C", headers: Sample.headers, timeoutMilliseconds: 1_500, message: message)
        try read(frame.encoded()) { frame in
            guard case .request(let request) = frame else {
                return fail("It is \(frame)")
            }
            #expect(request.id == .max)
            #expect(request.method.elementsEqual("/a.B/C".utf8))
            #expect(request.headers.copied == Sample.headers)
            #expect(request.timeoutMilliseconds == 1_500)
            #expect(request.payload.count == messageBytes)
            #expect(request.payload.withBytes { Array($0) } == message)
        }
    }

    @Test("A request without a message has the empty message")
    func requestWithoutMessage() throws {
        try read(Wire.field(2, Wire.field(1, varint: 1))) { frame in
            guard case .request(let request) = frame else {
                return fail("It is \(frame)")
            }
            let message = try request.payload.decode(GetAgentRequest.self, arena: Arena(capacity: 1_000), memory: 1_000)
            #expect(message == GetAgentRequest(id: 0))
        }
    }

    @Test("Cancel, ping, and what is neither")
    func others() throws {
        try read(OutboundClientFrame.cancel(id: 7).encoded()) { frame in
            guard case .cancel(id: 7) = frame else { return fail("It is \(frame)") }
        }
        try read(OutboundClientFrame.ping(token: 8).encoded()) { frame in
            guard case .ping(token: 8) = frame else { return fail("It is \(frame)") }
        }
        for unknown in [[], Wire.field(5, []), Wire.field(900, varint: 1)] {
            try read(unknown) { frame in
                guard case .unknown = frame else { return fail("It is \(frame)") }
            }
        }
    }

    @Test("What the server sends besides answers")
    func serverFrames() throws {
        let welcome = OutboundServerFrame.welcome(version: 1, maximumMessageBytes: 1 << 20, maximumInFlight: 1_024)
        guard
            case .welcome(version: 1, maximumMessageBytes: 1_048_576, maximumInFlight: 1_024) =
                try ServerFrame(decoding: welcome.encoded())
        else { return fail("no welcome") }
        guard
            case .goAway(lastID: 3, reason: "IDLE") =
                try ServerFrame(decoding: OutboundServerFrame.goAway(lastID: 3, reason: "IDLE").encoded())
        else { return fail("no go away") }
        guard case .pong(token: .max) = try ServerFrame(decoding: OutboundServerFrame.pong(token: .max).encoded())
        else { return fail("no pong") }
        guard case .unknown = try ServerFrame(decoding: Wire.field(9, [])) else { return fail("not unknown") }
    }

    @Test(
        "An answer is the frame that protobuf-c would write, whatever the size of its message",
        arguments: [0, 1, 100, 127, 128, 129, 16_383, 16_384, 2_097_152])
    func success(textBytes: Int) throws {
        let arena = Arena(capacity: 0)
        let message = HealthCheckRequest(service: String(repeating: "x", count: textBytes))
        let bytes = ResponseFrame.success(
            id: 1 << 40, requestID: "call-1", message: EncodedMessage(message, arena: arena), arena: arena
        ).bytes
        #expect(try decode(bytes, as: ServerFrame.schema, memory: 1 << 24).get() == bytes)
        guard case .response(let response) = try ServerFrame(decoding: bytes) else { return fail("no response") }
        #expect(response.id == 1 << 40)
        #expect(!response.more)
        #expect(response.code == 0)
        #expect(response.error.isEmpty)
        #expect(response.details.isEmpty)
        #expect(response.headers == [Header("x-request-id", "call-1")])
        #expect(try HealthCheckRequest(decoding: response.message) == message)
    }

    @Test("An error that was encoded before goes to each caller as the frame that protobuf-c would write for it")
    func knownFailure() throws {
        let arena = Arena(capacity: 0)
        let known = EncodedErrors<[UInt8]>()
        let full = ServiceError(.databaseQueueFull, "Full.", details: [.retry(afterMilliseconds: 100)])
        for id: UInt64 in [1, 300, 1 << 40, .max] {
            for error in [full, .agentNotFound, ServiceError(.draining, "")] {
                let bytes = ResponseFrame.failure(
                    id: id, requestID: .given("call-\(id)"), error: error, known: known, arena: arena
                ).bytes
                #expect(try decode(bytes, as: ServerFrame.schema, memory: 1 << 16).get() == bytes)
                guard case .response(let response) = try ServerFrame(decoding: bytes) else {
                    return fail("no response")
                }
                #expect(response.id == id)
                #expect(response.error == error.message)
                #expect(response.headers == [Header("x-request-id", "call-\(id)")])
                #expect(try StatusMessage(decoding: response.details).reason == error.reason.rawValue)
            }
        }
    }

    @Test("An error is an answer with code, sentence and details", arguments: Reason.allCases)
    func failure(reason: Reason) throws {
        let arena = Arena(capacity: 0)
        let error = ServiceError(reason, "It is so.", cause: "SQLSTATE 42501")
        let bytes = ResponseFrame.failure(id: 2, requestID: "call-2", error: error, arena: arena).bytes
        guard case .response(let response) = try ServerFrame(decoding: bytes) else { return fail("no response") }
        #expect(response.id == 2)
        #expect(response.code == reason.code.rawValue)
        #expect(response.code != 0)
        #expect(response.error == "It is so.")
        #expect(response.headers == [Header("x-request-id", "call-2")])
        #expect(response.message.isEmpty)
        let status = try StatusMessage(decoding: response.details)
        #expect(status.code == Int32(reason.code.rawValue))
        #expect(status.message == "It is so.")
        #expect(status.reason == reason.rawValue)
    }

    @Test(
        "Header keys are those of gRPC",
        arguments: [
            ("authorization", true), ("x-agentd_tenant.1", true), ("0", true), ("", false), ("Authorization", false),
            ("a b", false), ("a:b", false), ("é", false), ("a\n", false), ("a/", false), ("{", false), ("`", false),
        ])
    func headerKeys(key: String, isValid: Bool) {
        #expect([Header("ok", ""), Header(key, "v")].keysAreValid == isValid)
    }

    @Test("Headers count keys, values and 32 bytes each")
    func headerBytes() {
        #expect([Header]().countedBytes == 0)
        #expect([Header("ab", "cde"), Header(key: "x", value: [])].countedBytes == 5 + 1 + 64)
    }

    @Test("As many headers as the limit allows fit beside the longest message")
    func headersAndMessage() throws {
        let limits = WireLimits()
        let headers = Array(repeating: Header("k", ""), count: limits.headerBytes / 33)
        #expect(headers.countedBytes <= limits.headerBytes)
        let frame = OutboundClientFrame.request(
            id: .max, method: "/agentd.v1.AgentService/ListPublicAgents", headers: headers, timeoutMilliseconds: .max,
            message: Array(repeating: 0, count: limits.messageBytes))
        #expect(frame.encoded().count <= limits.messageBytes + limits.headerBytes)
    }
}
