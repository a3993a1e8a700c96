internal import AgentdCore
internal import FramedListener
internal import GRPCListener
internal import Listening
internal import Logging
internal import Messages
internal import NIOCore
internal import NIOEmbedded
internal import Operations
internal import Postgres
internal import Services
internal import Storage

/// Whole calls: of the cheapest method, so that what is measured is all that is not the method.
extension Benchmark {
    static var calls: [Benchmark] {
        [
            Benchmark("dispatch") {
                let loop = LocalLoop()
                let dispatcher = try loop.dispatcher()
                return { times in
                    try loop.run {
                        let arena = Arena(capacity: 1 << 16)
                        for _ in 0..<times { try await answer(Samples.health, by: dispatcher, in: arena) }
                    }
                }
            },
            Benchmark("framed-call") {
                let conversation = try Conversation(FramedDoor())
                try conversation.exchange(Samples.frame(.hello(version: 1, headers: [])))
                let request = Samples.frame(
                    .request(
                        id: 7, method: Samples.health, headers: [Header("authorization", Samples.authorization)],
                        timeoutMilliseconds: 0, message: []))
                return { times in for _ in 0..<times { try conversation.exchange(request) } }
            },
            Benchmark("grpc-call") {
                let conversation = try Conversation(GRPCDoor())
                var client = GRPCRequests(path: Samples.health, authorization: Samples.authorization)
                try conversation.exchange(GRPCRequests.preface)
                return { times in for _ in 0..<times { try conversation.exchange(client.next()) } }
            },
        ]
    }

    private static func answer(_ path: String, by dispatcher: Dispatcher, in arena: Arena) async throws {
        arena.reset()
        let observed = ObservedCall(
            path: path, method: dispatcher.method(path), callID: "call-4711",
            origin: CallOrigin(door: .framed, peer: "127.0.0.1:1"), startedAt: 1)
        let call = InboundCall(
            observed: observed, headers: CallHeaders(HeaderList()), payload: MessagePayload(copying: [], into: arena),
            arena: arena,
            deadline: .never)
        guard try await dispatcher.answer(call) != nil else { throw Failure(description: "there is no answer") }
    }
}

extension LocalLoop {
    /// A dispatcher as the daemon has it, whose database is never asked.
    func dispatcher() throws -> Dispatcher {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let pool = PostgresPool(
            configuration: PostgresPool.Configuration(conninfo: ""), eventLoop: eventLoop, logger: logger)
        let keys = try run { try await SigningKeys(secret: nil, keySet: nil, issuer: nil, audience: nil) }
        let (health, news) = (HealthState(), IdentityNews())
        health.setReady(true)
        let clock = Authenticator.Clock(
            uptimeNanoseconds: { 1_000_000_000 }, wallClock: { Timestamp(microseconds: 1_750_000_000_000_000) })
        return Dispatcher(
            database: Database(tenantPool: pool, platformPool: pool),
            authenticator: Authenticator(
                signingKeys: SigningKeyRing(keys), news: news, cacheCapacity: 16_384,
                recheckNanoseconds: 30_000_000_000, clock: clock),
            meter: CallMeter(uptimeNanoseconds: clock.uptimeNanoseconds),
            shared: Dispatcher.Shared(
                health: health, pageTokens: PageTokens(key: [UInt8](repeating: 7, count: 32)), news: news,
                admission: TenantAdmission(), isSingleTenant: false, maximumMessageBytes: 1 << 20),
            logger: logger)
    }
}

/// A connection of a door without a socket.
struct Conversation {
    private let channel: EmbeddedChannel
    private let loop = LocalLoop()

    init(_ door: some Door) throws {
        let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let limits = WireLimits()
        let server = ServerLoop(
            loop.eventLoop, handler: try loop.dispatcher(),
            observer: CallObserver(
                log: CallLog(logger: logger, mode: .off), metrics: PrometheusMetrics(logger: logger)),
            limits: limits)
        let connection = door.connection(
            AcceptedConnection(
                loop: server, origin: CallOrigin(door: door.name, peer: "127.0.0.1:1"), limits: limits,
                acceptedAt: NIODeadline.now().uptimeNanoseconds, isOneTooMany: false, logger: logger))
        channel = EmbeddedChannel(handler: connection, loop: loop.eventLoop)
    }

    /// Sends bytes and takes what is answered.
    /// - Throws: When nothing is.
    func exchange(_ bytes: [UInt8]) throws {
        try channel.writeInbound(channel.allocator.buffer(bytes: bytes))
        loop.eventLoop.run()
        var isAnswered = false
        while try channel.readOutbound(as: ByteBuffer.self) != nil { isAnswered = true }
        guard isAnswered else { throw Benchmark.Failure(description: "the door does not answer") }
    }
}
