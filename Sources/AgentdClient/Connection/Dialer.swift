internal import Framing
package import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import NIOTLS

/// Makes the channel of a connection: TCP or a unix-domain socket, and TLS above it when that is asked for. It belongs
/// to its event loop, and is used once.
package final class Dialer {
    /// Bytes that may wait for the socket before no further calls are sent.
    private static let unsentBytes = 1 << 20

    private let configuration: AgentdClient.Configuration
    private let eventLoop: any EventLoop
    /// While it shakes hands.
    private var channel: (any Channel)?
    private var isAbandoned = false

    package init(_ configuration: AgentdClient.Configuration, on eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
    }

    /// Whether there is a connection, and no encryption yet.
    var isShakingHands: Bool { channel != nil }

    /// - Parameter completion: On the event loop. Nothing has been read from the channel, and it is called before
    ///   anything is.
    package func dial(_ completion: @escaping (Result<any Channel, any Error>) -> Void) {
        connect().assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.connected(channel, completion)
            case .failure(let error): completion(.failure(error))
            }
        }
    }

    /// Nobody waits for it any more.
    func abandon() {
        isAbandoned = true
        channel?.close(promise: nil)
    }

    private func connect() -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.milliseconds(Int64(configuration.limits.connectTimeoutMilliseconds)))
            .channelOption(
                .writeBufferWaterMark, value: .init(low: Self.unsentBytes / 4, high: Self.unsentBytes))
        switch configuration.endpoint {
        case .tcp(let host, let port):
            return bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1).connect(host: host, port: port)
        case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
        }
    }

    /// Handlers are added here and not in an initialiser: those run once for every address of the host that is tried.
    private func connected(
        _ channel: any Channel, _ completion: @escaping (Result<any Channel, any Error>) -> Void
    ) {
        // A handler that is added to a channel which has ended already would never hear of that.
        guard !isAbandoned, channel.isActive else {
            channel.close(promise: nil)
            return completion(.failure(ChannelError.eof))
        }
        guard let tls = configuration.tls else { return completion(.success(channel)) }
        self.channel = channel
        let handshake = Handshake(accepts: tls.accepts) { result in
            self.channel = nil
            completion(result.map { channel })
        }
        do {
            let handler = try NIOSSLClientHandler(
                context: tls.context, serverHostname: tls.name(at: configuration.endpoint))
            try channel.pipeline.syncOperations.addHandlers(handler, handshake)
        } catch {
            channel.close(promise: nil)
            handshake.end(.failure(error))
        }
    }
}

/// Waits for the end of a TLS handshake.
private final class Handshake: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let accepts: (NIOSSLCertificate?) -> Bool
    private var completion: ((Result<Void, any Error>) -> Void)?

    /// - Parameter accepts: Whether a certificate that the library accepted is the one that is wanted.
    init(accepts: @escaping (NIOSSLCertificate?) -> Bool, completion: @escaping (Result<Void, any Error>) -> Void) {
        self.accepts = accepts
        self.completion = completion
    }

    /// Does nothing the second time.
    func end(_ result: Result<Void, any Error>) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            guard accepts(certificate) else {
                return errorCaught(context: context, error: NIOSSLExtraError.failedToValidateHostname)
            }
            end(.success(()))
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if completion == nil { return context.fireErrorCaught(error) }
        end(.failure(error))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(.failure(NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake]))))
        context.fireChannelInactive()
    }
}
