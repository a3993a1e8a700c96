internal import Metrics
internal import Services

/// Counts the open connections for whoever watches the daemon.
struct ConnectionMetrics: Sendable {
    private let open: [DoorName: Meter]
    /// Of connections that have not said yet which door they want.
    private let undecided = Meter(label: "agentd_connections", dimensions: [("door", "unknown")])

    init(doors: [DoorName]) {
        open = Dictionary(
            uniqueKeysWithValues: doors.map {
                ($0, Meter(label: "agentd_connections", dimensions: [("door", $0.rawValue)]))
            })
    }

    func accepted() { undecided.increment() }

    /// One that was accepted is served by a door from now on.
    func opened(_ door: DoorName) {
        undecided.decrement()
        open[door]?.increment()
    }

    /// - Parameter door: Nil when it never got to one.
    func closed(_ door: DoorName?) { (door.map { open[$0] } ?? undecided)?.decrement() }
}
