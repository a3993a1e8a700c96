internal import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Where a connection of a test goes, and whether it is encrypted.
struct Destination: Sendable {
    let address: SocketAddress
    private let isPort: Bool
    private let tls: NIOSSLContext?

    private init(address: SocketAddress, isPort: Bool, tls: NIOSSLContext?) {
        self.address = address
        self.isPort = isPort
        self.tls = tls
    }

    static func port(_ port: Int, tls: NIOSSLContext? = nil) throws -> Destination {
        Destination(address: try SocketAddress(ipAddress: "127.0.0.1", port: port), isPort: true, tls: tls)
    }

    static func socket(_ path: String, tls: NIOSSLContext? = nil) throws -> Destination {
        Destination(address: try SocketAddress(unixDomainSocketPath: path), isPort: false, tls: tls)
    }

    var bootstrap: ClientBootstrap {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        return isPort ? bootstrap.channelOption(.tcpOption(.tcp_nodelay), value: 1) : bootstrap
    }

    /// Adds what encrypts to a new channel. The daemon's certificate has to be for `localhost`.
    func encrypt(_ channel: any Channel) throws {
        guard let tls else { return }
        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
    }
}
