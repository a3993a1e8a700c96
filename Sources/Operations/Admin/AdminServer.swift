package import AgentdCore
internal import Glibc
internal import HummingbirdCore
package import Logging
internal import LoopExecutor
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle

/// The administrative HTTP server: `/livez`, `/readyz`, `/metrics` and `/version`, for probes and monitoring.
///
/// It asks nobody who they are, so it belongs on an address that others cannot reach. It has a thread of its own and
/// does everything on it, so that it answers also when the loops that serve calls are busy.
package final class AdminServer: Service, Sendable {
    /// Far more than probes and scrapers need. Connections beyond it wait until one of the others ends, which takes
    /// seconds when those do not ask anything.
    static let maximumConnections = 64
    /// Connections that the system keeps until they are accepted.
    private static let backlog = 64

    /// As it is bound: with the port that the system chose when it was left to it.
    package let address: TCPAddress
    private let server: Server<AdminChannel>
    private let running: Task<Void, any Error>
    private let group: MultiThreadedEventLoopGroup

    private init(
        address: TCPAddress, server: Server<AdminChannel>, running: Task<Void, any Error>,
        group: MultiThreadedEventLoopGroup
    ) {
        self.address = address
        self.server = server
        self.running = running
        self.group = group
    }

    /// Returns when the address is bound. From then on requests are answered, until `stop`.
    /// - Parameters:
    ///   - address: Of the setting `AGENTD_ADMIN_LISTEN`.
    ///   - collect: Called before each answer of `/metrics`, to set the gauges that are only looked at then. When it
    ///     takes longer than a second the answer has the figures of before.
    /// - Throws: `AddressInUse` when somebody else listens there, and `SettingsProblem` when nobody can.
    package static func bind(
        _ address: TCPAddress, state: AdminState, metrics: PrometheusMetrics, build: BuildInformation,
        collect: @escaping @Sendable () async -> Void, logger: Logger
    ) async throws -> AdminServer {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let executor = EventLoopTaskExecutor(group.next())
        let scrape = Scrape(metrics, state: state, build: build, executor: executor, collect: collect)
        let pages = AdminPages(state: state, scrape: scrape, build: build)
        let (channels, listening) = AsyncStream.makeStream(of: SocketAddress?.self)
        let quiet = quiet(logger)
        let server = Server(
            childChannelSetup: AdminChannel(pages),
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port), backlog: backlog,
                availableConnectionsDelegate: .maximum(maximumConnections, logger: quiet)),
            onServerRunning: { listening.yield($0.localAddress) }, eventLoopGroup: group, logger: quiet)
        let running = Task(executorPreference: executor) {
            defer { listening.finish() }
            try await server.run()
        }
        do {
            guard let bound = await channels.first(where: { _ in true }) else {
                // Either nobody wants it any more, or it could not listen.
                try Task.checkCancellation()
                try await running.value
                throw CancellationError()
            }
            let shown = TCPAddress(host: bound?.ipAddress ?? address.host, port: bound?.port ?? address.port)
            warnUnlessLocal(shown, logger)
            return AdminServer(address: shown, server: server, running: running, group: group)
        } catch {
            running.cancel()
            _ = await running.result
            try? await group.shutdownGracefully()
            if error is CancellationError { throw error }
            throw problem(address, error)
        }
    }

    /// Answers until the graceful shutdown begins. In a group of services it comes first, so that it is the last to go
    /// and tells of everything before.
    package func run() async throws {
        try? await gracefulShutdown()
        await stop()
    }

    /// Finishes the answers that are under way and frees the address. It takes less than a second, whatever clients do.
    package func stop() async {
        try? await server.shutdownGracefully()
        _ = await running.result
        try? await group.shutdownGracefully()
    }

    private static func problem(_ address: TCPAddress, _ error: any Error) -> any Error {
        let code = (error as? IOError)?.errnoCode
        let reason = code.map { SystemError.description(of: $0).lowercased() } ?? "\(error)"
        let text =
            "agentd cannot listen on AGENTD_ADMIN_LISTEN \(address): \(reason). Choose another address or port, stop "
            + "what listens there, or set it to `off`."
        return code == EADDRINUSE ? AddressInUse(text) : SettingsProblem(text)
    }

    private static func warnUnlessLocal(_ address: TCPAddress, _ logger: Logger) {
        guard !address.host.hasPrefix("127."), address.host != "::1" else { return }
        logger.warning(
            "The administrative server asks nobody who they are, and other hosts may reach it",
            metadata: ["address": "\(address)"])
    }

    /// The library tells of each request and of each connection, which is for us alone.
    private static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }
}
