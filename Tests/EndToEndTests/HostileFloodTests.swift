import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// Too slow, too many, too much at once.
@Suite("Hostile input: floods", .timeLimit(.minutes(2)))
struct HostileFloodTests {
    /// Long enough for a client on a busy machine that means well, short enough to wait for.
    private static let frameTimeout = ["AGENTD_FRAME_TIMEOUT": "2s"]

    @Test("A client that is slow with a frame, or sends none, is told so and closed")
    func slow() async throws {
        try await World.with(settings: Self.frameTimeout) { world in
            try await world.whileServing {
                async let silent = Self.slowEnd(world.daemon.port, first: [], drips: false)
                async let slowFirst = Self.slowEnd(world.daemon.port, first: [], drips: true)
                async let slowLater = Self.slowEnd(world.daemon.port, first: Self.ping, drips: true)
                async let stuck = Self.slowEnd(world.daemon.port, first: Self.ping + [0], drips: false)
                let ends = try await [silent, slowFirst, slowLater, stuck]
                #expect(ends == ["FIRST_FRAME_TIMEOUT", "FIRST_FRAME_TIMEOUT", "FRAME_TIMEOUT", "FRAME_TIMEOUT"])
            }
        }
    }

    private static let ping = RawConnection.framed(OutboundClientFrame.ping(token: 1).encoded())

    /// - Parameter drips: Whether a frame of 1,000 bytes follows byte by byte.
    private static func slowEnd(_ port: Int, first: [UInt8], drips: Bool) async throws -> String {
        try await RawConnection.with(port) { connection in
            if !first.isEmpty { try await connection.send(bytes: first) }
            async let dripping: Void = drips ? drip(connection) : ()
            let reason = try await connection.goAway().reason
            try await connection.expectEnd()
            try? await dripping
            return reason
        }
    }

    /// Until the connection is closed.
    private static func drip(_ connection: RawConnection) async throws {
        for byte in RawConnection.framed(Array(repeating: 0, count: 1_000)) {
            try await connection.send(bytes: [byte])
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("Pings without end are a flood")
    func pings() async throws {
        try await World.with { world in
            try await world.whileServing {
                try await RawConnection.with(world.daemon.port) { connection in
                    try await connection.send(bytes: Array(repeatElement(Self.ping, count: 5_000).joined()))
                    let end = try await connection.goAway()
                    #expect(end.reason == "FLOOD")
                    try await connection.expectEnd()
                }
            }
        }
    }

    @Test("A call over the limit in flight is refused, says when to try again, and may be made when another has ended")
    func inFlight() async throws {
        let settings = ["AGENTD_MAX_IN_FLIGHT": "4", "AGENTD_DB_CONNECTIONS": "6"]
        try await World.with(settings: settings) { world in
            try await world.whileServing {
                try await world.speak(as: world.ada) { ada in
                    let agent = try await ada.createAgent("a")
                    let lock = try TableLock(world.database)
                    for id in UInt64(101)...104 { try await ada.connection.get(agent.id, id: id) }
                    try await lock.waitForBlocked(1)
                    try await ada.connection.get(agent.id, id: 105)
                    let response = try await ada.connection.nextResponse()
                    #expect(response.id == 105)
                    let refusal = try Refusal(response)
                    #expect(refusal.code == .resourceExhausted)
                    #expect(refusal.reason == "INFLIGHT_LIMIT")
                    #expect(refusal.status.retryAfterMilliseconds != nil)
                    #expect(String(decoding: response.details, as: UTF8.self).contains("google.rpc.QuotaFailure"))
                    try lock.release()
                    for _ in 0..<4 { #expect(try await ada.connection.nextResponse().outcome == "OK") }
                    try await ada.connection.get(agent.id, id: 105)
                    #expect(try await ada.connection.nextResponse().outcome == "OK")
                }
            }
        }
    }

    @Test(
        "A second call with the id of one in flight ends the connection; the first is still answered, nothing else done"
    )
    func duplicateID() async throws {
        try await World.with(settings: ["AGENTD_DB_CONNECTIONS": "4"]) { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("a") }
            try await world.whileServing {
                try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                    let lock = try TableLock(world.database)
                    try await connection.get(agent.id, id: 5)
                    try await lock.waitForBlocked(1)
                    try await connection.get(agent.id, id: 5)
                    #expect(try await connection.goAway() == .init(reason: "REQUEST_ID_DUPLICATE", lastID: 5))
                    try lock.release()
                    let response = try await connection.nextResponse()
                    #expect(response.id == 5)
                    #expect(try response.outcome == "OK")
                    try await connection.expectEnd()
                }
            }
        }
    }

    @Test("A connection over the limit is told so; when another has ended there is room again")
    func connections() async throws {
        try await World.with(settings: ["AGENTD_MAX_CONNECTIONS": "3"]) { world in
            try await world.speak(as: world.bob) { bystander in
                var others = [
                    try await Self.patientlyOpened(world.daemon.port),
                    try await Self.patientlyOpened(world.daemon.port),
                ]
                for _ in 0..<5 {
                    try await RawConnection.with(world.daemon.port) { connection in
                        #expect(try await connection.goAway() == .init(reason: "CONNECTION_LIMIT", lastID: 0))
                        try await connection.expectEnd()
                    }
                    try await World.expectServed(bystander, email: "bob@acme.example")
                }
                try await others.removeLast().close()
                others.append(try await Self.patientlyOpened(world.daemon.port))
                for connection in others {
                    try await connection.expectSilence()
                    try await connection.close()
                }
            }
        }
    }

    /// The daemon may not have noticed yet that another one was closed.
    private static func patientlyOpened(_ port: Int) async throws -> RawConnection {
        while true {
            let connection = try await RawConnection.open(port)
            try await connection.send(.ping(token: 1))
            if case .pong? = try await connection.next()?.frame { return connection }
            try? await connection.close()
            try Task.checkCancellation()
        }
    }

    @Test("Thousands of silent connections are closed at their time, and somebody else is served all the while")
    func silentConnections() async throws {
        try await World.with(settings: Self.frameTimeout) { world in
            try await world.whileServing {
                let port = world.daemon.port
                let reasons = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<Self.affordableConnections {
                        group.addTask {
                            try await RawConnection.with(port) { connection in
                                try await connection.goAway().reason == "FIRST_FRAME_TIMEOUT" ? 1 : 0
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(reasons == Self.affordableConnections)
            }
        }
    }

    /// Each takes a descriptor here and one in the daemon, and other tests need some too.
    private static var affordableConnections: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return min(2_000, Int(limit.rlim_cur) / 3)
    }

    @Test("A daemon that has run out of descriptors serves on, and accepts again when there are some")
    func descriptors() async throws {
        try await TestDatabase.with { database in
            let settings = Daemon.environment(database).merging(Self.frameTimeout) { $1 }
            let daemon = try await Daemon.start(settings: settings, descriptors: 64)
            do {
                let world = try await World.make(database, daemon)
                try await world.speak(as: world.bob) { bystander in
                    var silent: [RawConnection] = []
                    // The system takes them all; the daemon cannot.
                    for _ in 0..<100 { silent.append(try await RawConnection.open(daemon.port)) }
                    try await waitUntil { daemon.log.contains("cannot be accepted") }
                    for _ in 0..<20 { try await World.expectServed(bystander, email: "bob@acme.example") }
                    // Behind all the silent ones, which have to be closed before it.
                    try await world.speak(as: world.ada) { try await World.expectServed($0, email: "ada@acme.example") }
                    for connection in silent {
                        #expect(try await connection.goAway().reason == "FIRST_FRAME_TIMEOUT")
                        try await connection.expectEnd()
                    }
                    try await World.expectServed(bystander, email: "bob@acme.example")
                }
                await daemon.stop()
            } catch {
                await daemon.stop()
                throw error
            }
        }
    }

    private static let floodedRequests = 100_000

    @Test("However many requests of a client have come already, others are answered between them")
    func turns() async throws {
        try await World.with { world in
            let flood = (1...UInt64(Self.floodedRequests)).flatMap { id in
                RawConnection.framed(
                    WireBytes.field(2, WireBytes.field(1, id) + WireBytes.field(2, Array("/a/B".utf8))))
            }
            try await world.speak(as: world.bob) { bystander in
                let flooding = try await RawConnection.open(world.daemon.port)
                // The system takes a part of it; the rest goes out as the daemon reads.
                let sending = Task { try? await flooding.send(bytes: flood) }
                try await waitUntil { try await Self.floodedAnswers(world.daemon) > 0 }
                for _ in 0..<20 { try await World.expectServed(bystander, email: "bob@acme.example") }
                let answered = try await Self.floodedAnswers(world.daemon)
                #expect(answered < Self.floodedRequests, "They waited for all of them.")
                try await waitUntil { try await Self.floodedAnswers(world.daemon) == Self.floodedRequests }
                await sending.value
                try await flooding.close()
            }
        }
    }

    /// Calls of a method that there is not.
    private static func floodedAnswers(_ daemon: Daemon) async throws -> Int {
        let handled = try await daemon.metrics().filter {
            $0.key.hasPrefix("grpc_server_handled_total") && $0.key.contains("grpc_method=\"unknown\"")
        }
        return Int(handled.values.reduce(0, +))
    }

    private static let fuzzedConnections = 2_000
    private static let fuzzers = 16

    @Test("Random bytes on 2,000 connections never end the daemon nor disturb somebody else")
    func fuzz() async throws {
        try await World.with { world in
            try await world.whileServing {
                let port = world.daemon.port
                let key = world.ada.key
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for fuzzer in 0..<Self.fuzzers {
                        group.addTask {
                            var generator = FastRandomNumberGenerator(seed: UInt64(fuzzer))
                            for _ in 0..<Self.fuzzedConnections / Self.fuzzers {
                                let bytes = Fuzz.bytes(key, using: &generator)
                                try await Self.throwAt(port, bytes, waits: Bool.random(using: &generator))
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    /// - Parameter waits: Whether the client reads what comes back before it leaves.
    private static func throwAt(_ port: Int, _ bytes: [UInt8], waits: Bool) async throws {
        let connection = try await RawConnection.open(port)
        // The daemon may have closed it half-way through.
        try? await connection.send(bytes: bytes)
        if waits {
            try? await connection.closeOutput()
            while try await connection.next() != nil {}
        }
        try? await connection.close()
    }
}
