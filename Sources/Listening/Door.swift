package import AgentdCore
package import Logging
package import NIOCore
package import Services

/// One protocol of the port: how it is told from the others, and what serves its connections.
package protocol Door: Sendable {
    var name: DoorName { get }
    /// What it is called in the TLS handshake (ALPN, RFC 7301).
    var applicationProtocol: String { get }
    /// Whether a connection that begins with this byte speaks this protocol.
    func begins(with byte: UInt8) -> Bool
    /// Makes what serves one connection, on its event loop.
    func connection(_ accepted: AcceptedConnection) -> any DoorConnection
}

/// What a door is told of a connection that it is to serve.
package struct AcceptedConnection {
    package let loop: ServerLoop
    package let origin: CallOrigin
    package let limits: WireLimits
    /// When it was accepted, in nanoseconds of the monotonic clock: the time for its first frame runs from there.
    package let acceptedAt: UInt64
    /// There were as many connections as there may be: this one is told so, and ends.
    package let isOneTooMany: Bool
    package let logger: Logger
    /// To be told for what the door ends it, if the client is to blame. Only the first reason counts.
    package let refused: (ConnectionRefusal) -> Void

    package init(
        loop: ServerLoop, origin: CallOrigin, limits: WireLimits, acceptedAt: UInt64, isOneTooMany: Bool,
        logger: Logger,
        refused: @escaping (ConnectionRefusal) -> Void = { _ in }
    ) {
        self.loop = loop
        self.origin = origin
        self.limits = limits
        self.acceptedAt = acceptedAt
        self.isOneTooMany = isOneTooMany
        self.logger = logger
        self.refused = refused
    }
}

/// Serves one connection: the last handler of its channel.
package protocol DoorConnection: ChannelHandler {
    /// The server stops: no new requests, those in flight are answered within the grace.
    func drain(graceMilliseconds: Int)
    /// Bytes that it keeps for its client: of requests, complete or not, until they are answered, and of answers until
    /// the system has taken them.
    var bufferedBytes: Int { get }
    /// It is closed at once, because too much is kept for clients, and most of it for this one.
    func giveUp()
}
