internal import AgentdCore
internal import Logging
internal import Metrics
internal import Operations
internal import ServiceLifecycle

/// What whoever runs the daemon sees of it: the metrics, and the administrative server that shows them.
struct DaemonAdmin: Sendable {
    /// To be told what the daemon does.
    let state: AdminState
    /// Nil when AGENTD_ADMIN_LISTEN is `off`.
    private let server: AdminServer?
    private let loops: LoopMetrics

    /// The first thing that a daemon starts: what is counted before would be lost, and probes are answered from then
    /// on. Once in a process.
    static func start(_ settings: Settings, logger: Logger) async throws -> DaemonAdmin {
        let metrics = PrometheusMetrics(logger: logger)
        MetricsSystem.bootstrap(metrics)
        let state = AdminState()
        let loops = LoopMetrics()
        var server: AdminServer?
        if let address = settings.listen.adminListen {
            server = try await AddressInUse.waitedFor {
                try await AdminServer.bind(
                    address, state: state, metrics: metrics, build: BuildInformation(version: ProgramVersion.number),
                    collect: { await loops.collect() }, logger: logger)
            }
        }
        return DaemonAdmin(state: state, server: server, loops: loops)
    }

    /// Where the server listens; nil when there is none.
    var address: TCPAddress? { server?.address }

    /// From now on `/metrics` asks these how they are doing.
    func watch(_ loops: [LoopServices]) { self.loops.watch(loops) }

    /// What keeps the server until the daemon ends. They come first in a group of services: the first is shut down
    /// last, so that probes and scrapers can see the draining.
    var services: [any Service] { server.map { [$0] } ?? [] }

    /// For a daemon that did not get to run its services.
    func stop() async { await server?.stop() }
}
