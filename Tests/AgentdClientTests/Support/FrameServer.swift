internal import AgentdCore
internal import Framing
internal import Messages
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// A server of the framed protocol on a real socket, which does what the test tells it and nothing else.
final class FrameServer: Sendable {
    private let channel: any Channel
    private let accepted: AsyncStream<ServerConnection>

    private init(channel: any Channel, accepted: AsyncStream<ServerConnection>) {
        self.channel = channel
        self.accepted = accepted
    }

    /// Listens on a port of its own.
    /// - Parameters:
    ///   - host: An address of this machine; one that nobody else uses makes `port` certain to be free.
    ///   - port: 0 takes any.
    ///   - tls: Nil for connections that are not encrypted.
    static func start(
        host: String = "127.0.0.1", port: Int = 0, tls: NIOSSLContext? = nil
    ) async throws -> FrameServer {
        let (accepted, continuation) = AsyncStream.makeStream(of: ServerConnection.self)
        let channel = try await bootstrap(continuation, tls)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: host, port: port).get()
        return FrameServer(channel: channel, accepted: accepted)
    }

    /// Listens on a unix-domain socket.
    static func start(path: String, tls: NIOSSLContext? = nil) async throws -> FrameServer {
        let (accepted, continuation) = AsyncStream.makeStream(of: ServerConnection.self)
        let channel = try await bootstrap(continuation, tls).bind(unixDomainSocketPath: path).get()
        return FrameServer(channel: channel, accepted: accepted)
    }

    private static func bootstrap(
        _ accepted: AsyncStream<ServerConnection>.Continuation, _ tls: NIOSSLContext?
    ) -> ServerBootstrap {
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = ServerConnection(channel: channel)
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(FrameCollector(connection: connection))
                    accepted.yield(connection)
                }
            }
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    /// The connections in the order in which they come; for one reader.
    func connections() -> AsyncStream<ServerConnection>.Iterator { accepted.makeAsyncIterator() }

    /// Listens no more; connections stay.
    func stop() async throws { try await channel.close() }
}

/// A frame that came, as a value.
enum ReceivedFrame: Sendable {
    case hello(version: UInt32, headers: [Header])
    case request(ReceivedRequest)
    case cancel(id: UInt64)
    case ping(token: UInt64)
    case other(String)

    init(_ frame: ClientFrame) {
        switch frame {
        case .hello(let version, let headers): self = .hello(version: version, headers: headers)
        case .request(let request):
            self = .request(
                ReceivedRequest(
                    id: request.id, method: String(decoding: request.method, as: UTF8.self),
                    headers: request.headers.copied,
                    timeoutMilliseconds: request.timeoutMilliseconds, message: request.payload.withBytes { Array($0) }))
        case .cancel(let id): self = .cancel(id: id)
        case .ping(let token): self = .ping(token: token)
        case .unknown: self = .other("a frame of an unknown kind")
        }
    }
}

struct ReceivedRequest: Sendable {
    let id: UInt64
    let method: String
    let headers: [Header]
    let timeoutMilliseconds: UInt32
    let message: [UInt8]
}

/// One connection as the server sees it.
final class ServerConnection: Sendable {
    private let channel: any Channel
    private let negotiated = Mutex<String?>(nil)
    /// What came, in order; it ends with the connection. For one reader.
    let frames: AsyncStream<ReceivedFrame>
    fileprivate let continuation: AsyncStream<ReceivedFrame>.Continuation

    init(channel: any Channel) {
        self.channel = channel
        (frames, continuation) = AsyncStream.makeStream()
    }

    /// The one that TLS agreed on.
    fileprivate(set) var applicationProtocol: String? {
        get { negotiated.withLock { $0 } }
        set { negotiated.withLock { $0 = newValue } }
    }

    func welcome(messageBytes: UInt32 = 1 << 20, inFlight: UInt32 = 100) async throws {
        try await send(.welcome(version: 1, maximumMessageBytes: messageBytes, maximumInFlight: inFlight))
    }

    func goAway(lastID: UInt64, reason: GoAwayReason = .draining) async throws {
        try await send(.goAway(lastID: lastID, reason: reason.rawValue))
    }

    func pong(token: UInt64) async throws { try await send(.pong(token: token)) }

    func answer(_ id: UInt64, _ message: some EncodableMessage, requestID: CallID = "call-1") async throws {
        let arena = Arena(capacity: 0)
        let encoded = EncodedMessage(message, arena: arena)
        try await send(
            frame: ResponseFrame.success(id: id, requestID: requestID, message: encoded, arena: arena).bytes)
    }

    /// Answers a stream: each message, and then the end if it is to end.
    func stream(_ id: UInt64, _ messages: [any EncodableMessage], ends: Bool = false) async throws {
        let arena = Arena(capacity: 0)
        for message in messages {
            let encoded = EncodedMessage(message, arena: arena)
            try await send(
                frame: ResponseFrame.success(
                    id: id, requestID: "call-1", message: encoded, isLast: false, arena: arena
                ).bytes)
        }
        if ends {
            try await send(
                frame: ResponseFrame.success(id: id, requestID: "call-1", message: nil, arena: arena).bytes)
        }
    }

    func refuse(_ id: UInt64, _ error: ServiceError, requestID: CallID = "call-1") async throws {
        let arena = Arena(capacity: 0)
        try await send(
            frame: ResponseFrame.failure(id: id, requestID: requestID, error: error, arena: arena).bytes)
    }

    /// Bytes as they are, for what is no frame.
    func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    func close() async throws { try await channel.close() }

    private func send(_ frame: OutboundServerFrame) async throws { try await send(frame: frame.encoded()) }

    private func send(frame payload: [UInt8]) async throws {
        var encoder = FrameEncoder()
        encoder.append(payloadBytes: payload.count) { $0.copyBytes(from: payload) }
        var bytes: [UInt8] = []
        encoder.drain { bytes.append(contentsOf: $0) }
        try await send(bytes: bytes)
    }
}

private final class FrameCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let connection: ServerConnection
    private var decoder = FrameDecoder(maximumPayloadBytes: 16 << 20)

    init(connection: ServerConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { decoder.append($0) }
        do {
            while let frame = try decoder.next(Self.read) { connection.continuation.yield(frame) }
        } catch {
            connection.continuation.yield(.other("\(error)"))
        }
    }

    private static func read(_ payload: UnsafeRawBufferPointer) -> ReceivedFrame {
        let arena = Arena(capacity: .max)
        do {
            return ReceivedFrame(try ClientFrame(decoding: payload, arena: arena, memory: payload.count * 8 + 4_096))
        } catch {
            return .other("\(error)")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent else { return }
        connection.applicationProtocol = negotiated
    }

    func channelInactive(context: ChannelHandlerContext) { connection.continuation.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
