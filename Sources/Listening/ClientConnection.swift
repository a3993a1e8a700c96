internal import AgentdCore
internal import Logging
internal import NIOCore
internal import NIOTLS
internal import Services

/// A connection from its first byte on: finds out which door it wants, by the protocol that TLS agreed on or else by
/// the first byte, and leaves the channel to that door. Confined to its channel's event loop.
final class ClientConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// For one that is to be sent away: whoever means well says something at once.
    private static let patienceWithOneTooMany = TimeAmount.seconds(1)

    private let doors: [any Door]
    private let loop: ServerLoop
    private let limits: WireLimits
    private let logger: Logger
    private let acceptedAt = NIODeadline.now()
    var isOneTooMany = false
    /// With TLS nothing counts before the handshake is over.
    private var awaitsHandshake: Bool
    private var timeout: Scheduled<Void>?
    private var connection: (any DoorConnection)?
    private var context: ChannelHandlerContext?
    private let opened: (DoorName) -> Void
    private let refused: (ConnectionRefusal, _ peer: String) -> Void
    private var isRefused = false
    /// The one that serves it.
    private(set) var door: DoorName?

    /// - Parameters:
    ///   - doors: The first one gets a connection that says nothing that any door knows.
    ///   - opened: Hears which door it became.
    ///   - refused: Hears for what it was ended, if the client is to blame.
    init(
        doors: [any Door], loop: ServerLoop, limits: WireLimits, usesTLS: Bool, logger: Logger,
        opened: @escaping (DoorName) -> Void, refused: @escaping (ConnectionRefusal, _ peer: String) -> Void
    ) {
        self.doors = doors
        self.loop = loop
        self.limits = limits
        awaitsHandshake = usesTLS
        self.logger = logger
        self.opened = opened
        self.refused = refused
    }

    /// It is not served, or ends before a door has it. Only the first reason counts.
    func refuse(_ reason: ConnectionRefusal, _ channel: any Channel) {
        if !isRefused { refused(reason, Self.peer(of: channel)) }
        isRefused = true
    }

    /// Without a door nothing was asked yet: it is closed.
    func drain(graceMilliseconds: Int) {
        if let connection {
            connection.drain(graceMilliseconds: graceMilliseconds)
        } else {
            context?.close(promise: nil)
        }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let patience = TimeAmount.milliseconds(Int64(limits.frameTimeoutMilliseconds))
        let limit = isOneTooMany ? min(Self.patienceWithOneTooMany, patience) : patience
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: limit) { self.timeIsOver() }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard connection == nil else { return context.fireChannelRead(data) }
        guard let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) else { return }
        guard let door = doors.first(where: { $0.begins(with: first) }) ?? doors.first else { return }
        open(door, in: context)
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
            awaitsHandshake = false
            if let door = doors.first(where: { $0.applicationProtocol == negotiated }) {
                open(door, in: context)
                context.pipeline.syncOperations.removeHandler(self, promise: nil)
            }
        } else if case .inputClosed? = event as? ChannelEvent, connection == nil {
            context.close(promise: nil)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard connection == nil else { return context.fireErrorCaught(error) }
        logger.debug("A connection failed before it said anything", metadata: ["reason": "\(error)"])
        if awaitsHandshake, error.isFailedHandshake { refuse(.tlsHandshake, context.channel) }
        context.close(promise: nil)
    }

    private func open(_ door: any Door, in context: ChannelHandlerContext) {
        timeout?.cancel()
        let peer = Self.peer(of: context.channel)
        var isRefused = isRefused
        let accepted = AcceptedConnection(
            loop: loop, origin: CallOrigin(door: door.name, peer: peer), limits: limits,
            acceptedAt: acceptedAt.uptimeNanoseconds, isOneTooMany: isOneTooMany, logger: logger
        ) { [refused] reason in
            if !isRefused { refused(reason, peer) }
            isRefused = true
        }
        let connection = door.connection(accepted)
        self.connection = connection
        do {
            self.door = door.name
            opened(door.name)
            try context.pipeline.syncOperations.addHandler(connection, position: .after(self))
        } catch {
            context.close(promise: nil)
        }
    }

    /// A peer that keeps still cannot be told anything in its own protocol; the first door tells it in its own.
    private func timeIsOver() {
        guard let context, connection == nil else { return }
        if awaitsHandshake { refuse(.tlsHandshake, context.channel) }
        guard !awaitsHandshake, let door = doors.first else { return context.close(promise: nil) }
        open(door, in: context)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// As it is logged.
    private static func peer(of channel: any Channel) -> String { channel.remoteAddress.map(text) ?? "unknown" }

    private static func text(of address: SocketAddress) -> String {
        guard let host = address.ipAddress, let port = address.port else { return "unix" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
