internal import Metrics
internal import Services

/// Counts connections for whoever watches the daemon.
struct ConnectionMetrics: Sendable {
    private let open: [DoorName: Meter]
    private let refusedConnections = Counter(
        label: "agentd_connections_refused_total", dimensions: [("reason", "CONNECTION_LIMIT")])

    init(doors: [DoorName]) {
        open = Dictionary(
            uniqueKeysWithValues: doors.map {
                ($0, Meter(label: "agentd_connections", dimensions: [("door", $0.rawValue)]))
            })
    }

    func opened(_ door: DoorName) { open[door]?.increment() }

    func closed(_ door: DoorName) { open[door]?.decrement() }

    func refused() { refusedConnections.increment() }
}
