package import AgentdCore
internal import Glibc
package import Logging
internal import Metrics
package import NIOCore
package import NIOPosix
package import Services
internal import Synchronization

/// Listens on one address, and leaves each connection to the door whose protocol it speaks.
package final class PortListener: Sendable {
    package struct Configuration: Sendable {
        package var address: ListenAddress
        /// Permissions of the socket file, where the address is one.
        package var socketMode: UInt32
        /// Nil for plain text.
        package var certificates: ServerCertificates?
        /// New connections take what is in force when they are accepted.
        package var limits: WireLimitsInForce
        package var callLog: CallLog

        package init(
            address: ListenAddress, socketMode: UInt32, certificates: ServerCertificates?, limits: WireLimitsInForce,
            callLog: CallLog
        ) {
            self.address = address
            self.socketMode = socketMode
            self.certificates = certificates
            self.limits = limits
            self.callLog = callLog
        }
    }

    /// Connections that the kernel holds until they are accepted.
    private static let backlog: Int32 = 1_024
    /// What a connection may have read in one turn of its loop, before it is the turn of others: a hundred calls or so,
    /// however many more have come.
    private static let turnBytes = 8 * 1_024
    /// How long no connection is accepted after the system had no descriptor or memory for one.
    private static let acceptPause = TimeAmount.milliseconds(200)
    /// A client that has vanished without a word, with a stream open, is found out by the system: after a minute of
    /// silence it is asked, and given up when it has not answered for another.
    private static let keepAliveIdleSeconds = 60
    private static let keepAliveIntervalSeconds = 10
    private static let keepAliveProbes = 6
    /// What connections have after the grace of a drain to end by themselves.
    private static let drainSlackMilliseconds = 2_000

    /// Where it listens, such as `127.0.0.1:50051` or `unix:/run/agentd.sock`.
    package let address: String
    private let server: any Channel
    private let socket: UnixSocket?
    private let registry: ConnectionRegistry
    private let refusals: ConnectionRefusals
    private let loops: [NIOLoopBoundBox<ServerLoop>]

    private init(
        server: any Channel, address: String, socket: UnixSocket?, registry: ConnectionRegistry,
        refusals: ConnectionRefusals, loops: [NIOLoopBoundBox<ServerLoop>]
    ) {
        self.server = server
        self.address = address
        self.socket = socket
        self.registry = registry
        self.refusals = refusals
        self.loops = loops
    }

    /// Listens from now on.
    /// - Parameters:
    ///   - doors: The first one gets connections that say nothing any door knows.
    ///   - handler: Answers the calls until others are given to `serve`.
    package static func bind(
        _ configuration: Configuration, doors: [any Door], group: MultiThreadedEventLoopGroup,
        handler: any CallHandler, logger: Logger
    ) async throws -> PortListener {
        let registry = ConnectionRegistry()
        let refusals = ConnectionRefusals(logger: logger)
        let eventLoops = Array(group.makeIterator())
        let streams = OpenStreams()
        let loops = eventLoops.map { loop in
            NIOLoopBoundBox.makeBoxSendingValue(
                ServerLoop(
                    loop, handler: handler, observer: CallObserver(log: configuration.callLog),
                    limits: configuration.limits.current, sharedBy: eventLoops.count, streams: streams),
                eventLoop: loop)
        }
        let acceptance = Acceptance(
            configuration: configuration, doors: doors, registry: registry, refusals: refusals, loops: loops,
            logger: logger)
        switch configuration.address {
        case .tcp(let address):
            let server = try await bootstrap(group, acceptance, logger)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelOption(.socketOption(.so_keepalive), value: 1)
                .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: keepAliveIdleSeconds)
                .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: keepAliveIntervalSeconds)
                .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: keepAliveProbes)
                .bind(host: address.host, port: address.port).get()
            return PortListener(
                server: server, address: text(of: server.localAddress), socket: nil, registry: registry,
                refusals: refusals, loops: loops)
        case .unix(let path):
            let socket = try UnixSocket.bind(path: path, mode: configuration.socketMode)
            do {
                let server = try await bootstrap(group, acceptance, logger).withBoundSocket(socket.descriptor).get()
                socket.listen(backlog: backlog)
                return PortListener(
                    server: server, address: configuration.address.description, socket: socket, registry: registry,
                    refusals: refusals, loops: loops)
            } catch {
                socket.remove()
                throw error
            }
        }
    }

    private static func bootstrap(
        _ group: MultiThreadedEventLoopGroup, _ acceptance: Acceptance, _ logger: Logger
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(pausingAfterFailure(logger))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: turnBytes))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try acceptance.accept(channel) }
            }
    }

    /// Without it a daemon that has run out of descriptors would do nothing but try to accept.
    private static func pausingAfterFailure(_ logger: Logger) -> AcceptBackoffHandler {
        AcceptBackoffHandler(shouldForwardIOErrorCaught: false) { error in
            logger.warning("A connection cannot be accepted", metadata: ["reason": "\(error)"])
            return acceptPause
        }
    }

    private static func text(of address: SocketAddress?) -> String {
        guard let address, let host = address.ipAddress, let port = address.port else { return "" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Connections that are open now.
    package var connections: Int { registry.count }

    /// From now on these answer the calls, one for each event loop.
    package func serve(with handler: @escaping @Sendable (any EventLoop) -> any CallHandler) async throws {
        for loop in loops {
            try await loop.eventLoop.submit { loop.value.handler = handler(loop.eventLoop) }.get()
        }
    }

    /// Takes no new connections, and lets those that are open finish what they do: each gets a `GoAway`. Returns when
    /// all have ended, soon after the grace at the latest.
    package func drain(graceMilliseconds: Int) async {
        await stopListening()
        for (channel, client) in registry.beginDraining() {
            channel.eventLoop.execute { client.value.drain(graceMilliseconds: graceMilliseconds) }
        }
        let limit = TimeAmount.milliseconds(Int64(graceMilliseconds + Self.drainSlackMilliseconds))
        await registry.waitUntilEmpty(atMost: limit, on: server.eventLoop)
        await close()
    }

    /// Ends everything at once.
    package func close() async {
        await stopListening()
        for (channel, _) in registry.beginDraining() { channel.close(promise: nil) }
        await registry.waitUntilEmpty(atMost: .seconds(1), on: server.eventLoop)
        refusals.end()
    }

    private func stopListening() async {
        try? await server.close()
        socket?.remove()
    }
}

/// What becomes of each connection that is accepted.
private struct Acceptance: Sendable {
    private let configuration: PortListener.Configuration
    private let doors: [any Door]
    private let registry: ConnectionRegistry
    private let loops: [ObjectIdentifier: NIOLoopBoundBox<ServerLoop>]
    private let metrics: ConnectionMetrics
    private let refusals: ConnectionRefusals
    private let logger: Logger

    init(
        configuration: PortListener.Configuration, doors: [any Door], registry: ConnectionRegistry,
        refusals: ConnectionRefusals, loops: [NIOLoopBoundBox<ServerLoop>], logger: Logger
    ) {
        self.configuration = configuration
        self.doors = doors
        self.registry = registry
        self.loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        metrics = ConnectionMetrics(doors: doors.map(\.name))
        self.refusals = refusals
        self.logger = logger
    }

    /// On the event loop of the connection.
    func accept(_ channel: any Channel) throws {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else { throw ChannelError.eof }
        let limits = configuration.limits.current
        let client = ClientConnection(
            doors: doors, loop: loop, limits: limits, usesTLS: configuration.certificates != nil, logger: logger,
            opened: { [metrics] in metrics.opened($0) },
            refused: { [refusals] in refusals.note($0, of: $1) })
        let bound = NIOLoopBound(client, eventLoop: channel.eventLoop)
        switch registry.opened(channel, bound, maximum: limits.connections) {
        case .served: break
        case .refused:
            client.isOneTooMany = true
            client.refuse(.connectionLimit, channel)
        case .closed:
            client.refuse(.connectionLimit, channel)
            throw ChannelError.eof
        case .tooLate: throw ChannelError.eof
        }
        metrics.accepted()
        channel.closeFuture.whenComplete { [metrics] _ in metrics.closed(bound.value.door) }
        try channel.syncOptions?.setOption(
            .writeBufferWaterMark, value: .init(low: limits.unsentBytes / 4, high: limits.unsentBytes))
        if let certificates = configuration.certificates {
            try channel.pipeline.syncOperations.addHandler(certificates.makeHandler())
        }
        try channel.pipeline.syncOperations.addHandler(client)
    }
}
