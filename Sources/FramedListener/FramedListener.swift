package import AgentdCore
package import Logging
package import NIOCore
package import NIOPosix
package import Services
internal import Synchronization

/// The framed door: listens on a TCP address and serves its connections.
package final class FramedListener: Sendable {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 lets the system choose.
        package var port: Int
        package var limits: WireLimits

        package init(host: String, port: Int, limits: WireLimits) {
            self.host = host
            self.port = port
            self.limits = limits
        }
    }

    /// Connections that the kernel holds until they are accepted.
    private static let backlog: Int32 = 1_024
    /// How long no connection is accepted after the system had no descriptor or memory for one.
    private static let acceptPause = TimeAmount.milliseconds(200)
    /// What connections have after the grace of a drain to end by themselves.
    private static let drainSlackMilliseconds = 2_000

    /// Where it listens, such as `127.0.0.1:50051`.
    package let address: String
    private let server: any Channel
    private let registry: ConnectionRegistry

    private init(server: any Channel, address: String, registry: ConnectionRegistry) {
        self.server = server
        self.address = address
        self.registry = registry
    }

    /// Listens from now on.
    /// - Parameter dispatcher: Of an event loop of the group; asked once a loop.
    package static func bind(
        _ configuration: Configuration, group: MultiThreadedEventLoopGroup,
        dispatcher: @escaping @Sendable (any EventLoop) -> Dispatcher, logger: Logger
    ) async throws -> FramedListener {
        let registry = ConnectionRegistry(maximum: configuration.limits.connections)
        let loops = group.makeIterator().map { loop in
            (loop, NIOLoopBoundBox.makeBoxSendingValue(nil as ListenerLoop?, eventLoop: loop))
        }
        let boxes = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.0), $0.1) })
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(pausingAfterFailure(logger))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .writeBufferWaterMark,
                value: .init(low: configuration.limits.unsentBytes / 4, high: configuration.limits.unsentBytes)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let box = boxes[ObjectIdentifier(channel.eventLoop)] else { throw ChannelError.eof }
                    let loop =
                        box.value
                        ?? ListenerLoop(
                            eventLoop: channel.eventLoop, dispatcher: dispatcher(channel.eventLoop),
                            limits: configuration.limits)
                    box.value = loop
                    let handler = ConnectionHandler(loop: loop, logger: logger)
                    switch registry.opened(channel, handler) {
                    case .served: break
                    case .refused: handler.isOneTooMany = true
                    case .closed: throw ChannelError.eof
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .bind(host: configuration.host, port: configuration.port).get()
        return FramedListener(server: server, address: Self.text(of: server.localAddress), registry: registry)
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

    /// Takes no new connections, and lets those that are open finish what they do: each gets a `GoAway`. Returns when
    /// all have ended, soon after the grace at the latest.
    package func drain(graceMilliseconds: Int) async {
        try? await server.close()
        for (channel, handler) in registry.beginDraining() {
            channel.eventLoop.execute { handler.drain(graceMilliseconds: graceMilliseconds) }
        }
        let limit = TimeAmount.milliseconds(Int64(graceMilliseconds + Self.drainSlackMilliseconds))
        await registry.waitUntilEmpty(atMost: limit, on: server.eventLoop)
        await close()
    }

    /// Ends everything at once.
    package func close() async {
        try? await server.close()
        for (channel, _) in registry.beginDraining() { channel.close(promise: nil) }
        await registry.waitUntilEmpty(atMost: .seconds(1), on: server.eventLoop)
    }
}
