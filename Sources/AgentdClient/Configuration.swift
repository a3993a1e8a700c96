internal import AgentdCore
internal import Framing
public import Logging
internal import Messages
package import NIOCore
internal import NIOPosix

extension AgentdClient {
    /// Where the daemon is, who calls, and how patient the client is.
    public struct Configuration: Sendable {
        /// Where the daemon listens.
        public var endpoint: Endpoint
        /// How connections are encrypted; nil when they are not.
        public var tls: TLS?
        /// An API key or a JWT. Nil makes anonymous calls: only `healthCheck` answers those.
        public var token: String?
        /// The id or slug of a tenant that a system administrator works in; for everyone else it must be their own.
        public var tenant: String?
        /// How long a call may take, all its attempts together.
        public var timeout: Duration = .seconds(30)
        /// Connections to the daemon. One carries many calls at once; several spread them over the daemon's event
        /// loops.
        public var connections = 1
        /// Calls in flight on one connection. The daemon's own limit counts when it is smaller.
        public var maximumInFlight = 1_024
        /// Calls that may wait for their turn on one connection; beyond this a call fails at once.
        public var maximumWaiting = 16_384
        /// How long making a connection may take, its TLS handshake included.
        public var connectTimeout: Duration = .seconds(10)
        /// With calls in flight and nothing heard for so long, the daemon is asked whether it lives.
        public var pingInterval: Duration = .seconds(15)
        /// When it does not answer that for so long, the connection is given up.
        public var pongTimeout: Duration = .seconds(10)
        /// Which failures are tried again, and how often.
        public var retries = RetryPolicy()
        /// Says what happens to connections, at level debug. Tokens are never logged.
        public var logger: Logger?
        /// Where the connections run.
        package var eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton

        /// - Parameters:
        ///   - host: A name or an IP address, without brackets.
        ///   - port: The port of the framed protocol.
        ///   - token: An API key or a JWT.
        public init(host: String, port: Int = defaultPort, token: String? = nil) {
            self.init(endpoint: .tcp(host: host, port: port), token: token)
        }

        /// - Parameters:
        ///   - endpoint: Where the daemon listens.
        ///   - token: An API key or a JWT.
        public init(endpoint: Endpoint, token: String? = nil) {
            self.endpoint = endpoint
            self.token = token
        }

        /// - Parameters:
        ///   - address: `host:port`, `[address]:port` for IPv6, a host alone, or `unix:/path` for a unix-domain socket.
        ///   - token: An API key or a JWT.
        /// - Throws: `INVALID_ARGUMENT` when it is none of these.
        public init(address: String, token: String? = nil) throws(AgentdError) {
            guard let endpoint = Endpoint(address) else {
                throw AgentdError.fields([
                    .init(field: "address", description: "\"\(address)\" is not \(Endpoint.expectation)")
                ])
            }
            self.init(endpoint: endpoint, token: token)
        }

        /// Where `agentd serve` listens unless it is told otherwise.
        public static let defaultPort = 50_051

        /// For messages: where this client connects to.
        var address: String { endpoint.description }

        var limits: ClientConnectionLimits {
            var limits = ClientConnectionLimits()
            limits.callsInFlight = max(maximumInFlight, 1)
            limits.callsWaiting = max(maximumWaiting, 1)
            limits.connectTimeoutMilliseconds = connectTimeout.wholeMilliseconds
            limits.welcomeTimeoutMilliseconds = connectTimeout.wholeMilliseconds
            limits.pingIntervalMilliseconds = pingInterval.wholeMilliseconds
            limits.pongTimeoutMilliseconds = pongTimeout.wholeMilliseconds
            return limits
        }

        /// The headers that `Hello` carries.
        var headers: [Header] { AgentdClient.headers(token: token, tenant: tenant) }
    }

    static func headers(token: String?, tenant: String?) -> [Header] {
        var headers: [Header] = []
        if let token { headers.append(Header("authorization", "Bearer \(token)")) }
        if let tenant { headers.append(Header("x-agentd-tenant", tenant)) }
        return headers
    }
}

extension Duration {
    /// Longer than any call lives, and far from the end of 64 bits of nanoseconds.
    private static var longest: Duration { .seconds(7 * 24 * 3_600) }

    /// At least 1, at most a week.
    var wholeMilliseconds: Int { max(Int(wholeNanoseconds / 1_000_000), 1) }

    /// At least 0, at most a week.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = min(max(self, .zero), Self.longest).components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
