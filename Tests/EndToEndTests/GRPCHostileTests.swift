import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// HTTP/2 as nobody writes it who means well. Somebody else is served all the while.
@Suite("Hostile HTTP/2", .timeLimit(.minutes(2)))
struct GRPCHostileTests {
    private typealias FrameType = RawHTTP2.FrameType
    private typealias Flags = RawHTTP2.Flags

    private static let frameTimeout = ["AGENTD_FRAME_TIMEOUT": "2s"]
    private static let enhanceYourCalm: UInt32 = 11

    private static let ping = RawHTTP2.frame(FrameType.ping, [UInt8](repeating: 0, count: 8))
    private static let floods: [(name: String, frame: [UInt8])] = [
        ("PING", ping),
        ("SETTINGS", RawHTTP2.frame(FrameType.settings, [0, 3, 0, 0, 0, 100])),
        ("WINDOW_UPDATE", RawHTTP2.frame(FrameType.windowUpdate, [0, 0, 0, 1])),
        ("PRIORITY", RawHTTP2.frame(FrameType.priority, stream: 5, [0, 0, 0, 0, 1])),
        ("unknown frames", RawHTTP2.frame(0xEE, [1, 2, 3])),
    ]

    @Test("A flood of frames that ask for nothing is ended", arguments: 0..<floods.count)
    func flood(index: Int) async throws {
        let flood = Self.floods[index]
        let many = Array(repeatElement(flood.frame, count: 100).joined())
        try await World.with { world in
            try await world.whileServing {
                let end = try await RawHTTP2.with(world.daemon.port) { connection in
                    async let end = connection.end()
                    await connection.flood(many, atMost: 1_000)
                    return await end
                }
                // A peer that goes on sending may have its connection reset before it reads why.
                #expect(end == nil || end?.reason == "FLOOD", "\(flood.name)")
                if let end { #expect(end.code == Self.enhanceYourCalm) }
            }
        }
    }

    @Test("A client that keeps still after its flood reads why it was ended", arguments: 0..<floods.count)
    func floodThenRead(index: Int) async throws {
        try await World.with { world in
            let end = try await RawHTTP2.with(world.daemon.port) { connection in
                try await connection.send(Array(repeatElement(Self.floods[index].frame, count: 2_500).joined()))
                return await connection.end()
            }
            #expect(end == RawHTTP2.End(code: Self.enhanceYourCalm, reason: "FLOOD"))
        }
    }

    @Test("Rapid reset is ended, and the database is not worked for it")
    func rapidReset() async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("a") }
            try await world.whileServing {
                let head = RawHTTP2.grpcHead("/agentd.v1.AgentService/GetAgent", token: world.ada.key)
                let message = GetAgentRequest(id: agent.id).encoded()
                let end = try await RawHTTP2.with(world.daemon.port) { connection in
                    async let end = connection.end()
                    for round in 0..<200 {
                        var bytes: [UInt8] = []
                        for call in 0..<100 {
                            let stream = UInt32(round * 100 + call) * 2 + 1
                            bytes += RawHTTP2.frame(
                                FrameType.headers, flags: Flags.endHeaders, stream: stream, head)
                            bytes += RawHTTP2.frame(
                                FrameType.data, flags: Flags.endStream, stream: stream,
                                RawConnection.framed(message))
                            bytes += RawHTTP2.frame(FrameType.reset, stream: stream, [0, 0, 0, 8])
                        }
                        guard (try? await connection.send(bytes)) != nil else { break }
                    }
                    return await end
                }
                #expect(end == nil || end == RawHTTP2.End(code: Self.enhanceYourCalm, reason: "FLOOD"))
            }
        }
    }

    @Test("A head that never ends is ended", arguments: [true, false])
    func continuationFlood(isEmpty: Bool) async throws {
        try await World.with { world in
            try await world.whileServing {
                try await RawHTTP2.with(world.daemon.port) { connection in
                    async let end = connection.end()
                    try await connection.send(
                        RawHTTP2.frame(
                            FrameType.headers, stream: 1, RawHTTP2.grpcHead("/grpc.health.v1.Health/Check")))
                    let piece = isEmpty ? [] : RawHTTP2.head([("x-a", String(repeating: "a", count: 100))])
                    await connection.flood(
                        RawHTTP2.frame(FrameType.continuation, stream: 1, piece), atMost: 100_000)
                    _ = await end
                }
            }
        }
    }

    /// A head that names one entry of the dynamic table, a kilobyte, again and again: a byte each.
    private static func headerBomb(stream: UInt32, kilobytes: Int) -> [UInt8] {
        let value = String(repeating: "v", count: 1_000)
        let entry: [UInt8] = [0x40] + RawHTTP2.head([("x-bomb", value)]).dropFirst()
        let head =
            RawHTTP2.grpcHead("/agentd.v1.AgentService/GetAgent") + entry
            + [UInt8](repeating: 0x80 | 62, count: kilobytes)
        return RawHTTP2.frame(
            FrameType.headers, flags: Flags.endHeaders | Flags.endStream, stream: stream, head)
    }

    @Test("A head that is too large is refused with a code, or not even read to its end; the connection goes on")
    func headerBomb() async throws {
        try await World.with { world in
            try await world.whileServing {
                try await RawHTTP2.with(world.daemon.port) { connection in
                    try await connection.send(Self.headerBomb(stream: 1, kilobytes: 20))
                    try await connection.send(Self.headerBomb(stream: 3, kilobytes: 10_000))
                    let health = RawHTTP2.grpcHead("/grpc.health.v1.Health/Check")
                    try await connection.send(
                        RawHTTP2.frame(FrameType.headers, flags: Flags.endHeaders, stream: 5, health)
                            + RawHTTP2.frame(
                                FrameType.data, flags: Flags.endStream, stream: 5, RawConnection.framed([])))
                    var ends: [UInt32: UInt8] = [:]
                    for await frame in connection.received {
                        let isAnswer = frame.type == FrameType.headers && frame.flags & Flags.endStream != 0
                        guard isAnswer || frame.type == FrameType.reset else { continue }
                        ends[frame.stream] = frame.type
                        if ends.count == 3 { break }
                    }
                    #expect(ends == [1: FrameType.headers, 3: FrameType.reset, 5: FrameType.headers])
                }
                #expect(try world.daemon.memory().resident < 400 << 20)
            }
        }
    }

    @Test("One such head after the other is a flood")
    func headerBombs() async throws {
        try await World.with { world in
            try await world.whileServing {
                let end = try await RawHTTP2.with(world.daemon.port) { connection in
                    for bomb in 0..<50 as Range<UInt32> {
                        // It may have been ended before the last of them.
                        try? await connection.send(Self.headerBomb(stream: bomb * 2 + 1, kilobytes: 10_000))
                    }
                    return await connection.end()
                }
                // A peer that goes on sending may have its connection reset before it reads why.
                #expect(end == nil || end?.reason == "FLOOD")
                let refused = try await world.daemon.metrics()["agentd_connections_refused_total{reason=\"FLOOD\"}"]
                #expect(refused == 1)
            }
        }
    }

    private static let watches = 1_000

    @Test("Watches leave nothing behind when their connections end")
    func endedWatches() async throws {
        try await World.with { world in
            // What so many need at the same time, the daemon has then.
            for _ in 0..<3 { try await Self.watch(world.daemon) }
            let before = try world.daemon.memory().resident
            for _ in 0..<10 { try await Self.watch(world.daemon) }
            // Each of them would leave kilobytes.
            let growth = try world.daemon.memory().resident - before
            #expect(growth < Self.watches * 10 * 2_000, "\(growth) bytes")
        }
    }

    /// Opens a connection, watches as often as it may, and goes when each has heard something.
    private static func watch(_ daemon: Daemon) async throws {
        let head = RawHTTP2.grpcHead("/grpc.health.v1.Health/Watch")
        var requests: [UInt8] = []
        for stream in stride(from: 1, to: UInt32(watches) * 2, by: 2) {
            requests += RawHTTP2.frame(FrameType.headers, flags: Flags.endHeaders, stream: stream, head)
            requests += RawHTTP2.frame(
                FrameType.data, flags: Flags.endStream, stream: stream, RawConnection.framed([]))
        }
        try await RawHTTP2.with(daemon.port) { connection in
            try await connection.send(requests)
            var heard = 0
            for await frame in connection.received where frame.type == FrameType.data {
                heard += 1
                if heard == watches { break }
            }
            #expect(heard == watches)
        }
        try await waitUntil { try await daemon.metrics()["agentd_connections{door=\"grpc\"}"] == 0 }
    }

    @Test("More streams than may be open are refused, and the others run")
    func tooManyStreams() async throws {
        try await World.with(settings: ["AGENTD_MAX_IN_FLIGHT": "4"]) { world in
            try await world.whileServing {
                try await RawHTTP2.with(world.daemon.port) { connection in
                    let head = RawHTTP2.grpcHead("/grpc.health.v1.Health/Watch")
                    for call in 0..<6 as Range<UInt32> {
                        try await connection.send(
                            RawHTTP2.frame(
                                FrameType.headers, flags: Flags.endHeaders, stream: call * 2 + 1, head)
                                + RawHTTP2.frame(
                                    FrameType.data, flags: Flags.endStream, stream: call * 2 + 1,
                                    RawConnection.framed([])))
                    }
                    var refused: Set<UInt32> = []
                    var served: Set<UInt32> = []
                    for await frame in connection.received {
                        if frame.type == FrameType.reset, frame.payload == [0, 0, 0, 7] {
                            refused.insert(frame.stream)
                        }
                        if frame.type == FrameType.data { served.insert(frame.stream) }
                        if refused.count + served.count == 6 { break }
                    }
                    #expect(served == [1, 3, 5, 7])
                    #expect(refused == [9, 11])
                }
            }
        }
    }

    private enum Slowness: CaseIterable {
        case nothingAfterPreface
        case halfPreface
        case halfHead
        case halfMessage
    }

    @Test("A client that is slow is ended, or its call is", arguments: Slowness.allCases)
    private func slow(slowness: Slowness) async throws {
        try await World.with(settings: Self.frameTimeout) { world in
            try await world.whileServing {
                try await RawHTTP2.with(world.daemon.port, greets: false) { connection in
                    let head = RawHTTP2.grpcHead("/grpc.health.v1.Health/Check")
                    let greeting = RawHTTP2.preface + RawHTTP2.settings
                    switch slowness {
                    case .halfPreface: try await connection.send(Array(RawHTTP2.preface.prefix(10)))
                    case .nothingAfterPreface: try await connection.send(RawHTTP2.preface)
                    case .halfHead:
                        try await connection.send(
                            greeting + RawHTTP2.frame(FrameType.headers, stream: 1, Array(head.prefix(5))))
                    case .halfMessage:
                        try await connection.send(
                            greeting
                                + RawHTTP2.frame(FrameType.headers, flags: Flags.endHeaders, stream: 1, head)
                                + RawHTTP2.frame(FrameType.data, stream: 1, [0, 0, 0, 0]))
                    }
                    if slowness == .halfMessage {
                        var statuses: [RawHTTP2.Frame] = []
                        for await frame in connection.received where frame.type == FrameType.headers {
                            statuses.append(frame)
                            break
                        }
                        let status = try #require(statuses.first)
                        #expect(status.flags & Flags.endStream != 0)
                    } else {
                        let end = await connection.end()
                        let first = slowness == .halfHead ? "FRAME_TIMEOUT" : "FIRST_FRAME_TIMEOUT"
                        #expect(end == RawHTTP2.End(code: Self.enhanceYourCalm, reason: first))
                    }
                }
            }
        }
    }

    @Test("Clients that do not read hold nobody else up, and take bounded memory")
    func slowReaders() async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { ada in
                var request = CreateAgentRequest()
                var agent = AgentMessage()
                agent.name = "large"
                agent.agentType = AgentType.research.rawValue
                agent.systemPrompt = String(repeating: "p", count: 60_000)
                request.agent = agent
                return try await ada.call("AgentService/CreateAgent", request, as: AgentMessage.self)
            }
            try await world.whileServing {
                let head = RawHTTP2.grpcHead("/agentd.v1.AgentService/GetAgent", token: world.ada.key)
                let message = RawConnection.framed(GetAgentRequest(id: agent.id).encoded())
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            try await RawHTTP2.with(world.daemon.port, reads: false) { connection in
                                for call in 0..<1_000 as Range<UInt32> {
                                    try await connection.send(
                                        RawHTTP2.frame(
                                            FrameType.headers, flags: Flags.endHeaders, stream: call * 2 + 1, head)
                                            + RawHTTP2.frame(
                                                FrameType.data, flags: Flags.endStream, stream: call * 2 + 1,
                                                message))
                                }
                                for _ in 0..<20 {
                                    try await world.speak(as: world.bob) {
                                        try await World.expectServed($0, email: "bob@acme.example")
                                    }
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                // Eight connections with a thousand answers of 60 kB each would be 480 MB.
                #expect(try world.daemon.memory().resident < 300 << 20)
            }
        }
    }

    @Test("What is not HTTP/2 is told so in words", arguments: ["POST / HTTP/1.1\r\n\r\n", "PUT /x HTTP/1.1\r\n\r\n"])
    func plainHTTP(request: String) async throws {
        try await World.with { world in
            let exit = try await Program.run(
                "/bin/bash",
                [
                    "-c", "exec 3<>/dev/tcp/127.0.0.1/$0; printf '%s' \"$1\" >&3; cat <&3", "\(world.daemon.port)",
                    request,
                ])
            #expect(exit.output.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(exit.output.contains("This port speaks gRPC"))
        }
    }

    @Test("Random bytes behind a preface never end the daemon nor disturb somebody else")
    func fuzz() async throws {
        try await World.with { world in
            try await world.whileServing {
                let port = world.daemon.port
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for fuzzer in 0..<8 as Range<UInt64> {
                        group.addTask {
                            var random = FastRandomNumberGenerator(seed: fuzzer)
                            for _ in 0..<100 { try await Self.throwAt(port, Self.noise(using: &random)) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// Frames of any kind with any content, of which some are nearly right.
    private static func noise(using random: inout FastRandomNumberGenerator) -> [UInt8] {
        var bytes = RawHTTP2.preface + RawHTTP2.settings
        for _ in 0..<Int.random(in: 1...20, using: &random) {
            let stream = UInt32.random(in: 0...9, using: &random)
            let flags = UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                bytes += RawHTTP2.frame(
                    FrameType.headers, flags: flags | Flags.endHeaders, stream: stream,
                    RawHTTP2.grpcHead("/agentd.v1.AgentService/GetAgent"))
            case 1:
                bytes += RawHTTP2.frame(FrameType.data, flags: flags, stream: stream, RawConnection.framed([8, 1]))
            default:
                let payload = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                bytes += RawHTTP2.frame(
                    UInt8.random(in: 0...11, using: &random), flags: flags, stream: stream, payload)
            }
        }
        return bytes
    }

    private static func throwAt(_ port: Int, _ bytes: [UInt8]) async throws {
        try await RawHTTP2.with(port, greets: false) { connection in
            // The daemon may have closed it half-way through.
            try? await connection.send(bytes)
            for await _ in connection.received { break }
        }
    }
}
