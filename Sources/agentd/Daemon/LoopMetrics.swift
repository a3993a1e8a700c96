internal import Metrics
internal import Postgres
internal import Synchronization

/// Exposes what the serving loops know of themselves, summed over the loops.
final class LoopMetrics: Sendable {
    private struct Pool: Sendable {
        private let open: Gauge
        private let wanted: Gauge
        private let reads: Group
        private let writes: Group

        init(_ name: String) {
            func connections(_ state: String) -> Gauge {
                Gauge(label: "agentd_database_connections", dimensions: [("pool", name), ("state", state)])
            }
            open = connections("open")
            wanted = connections("wanted")
            reads = Group([("pool", name), ("kind", "read")])
            writes = Group([("pool", name), ("kind", "write")])
        }

        func record(_ figures: [LoopFigures.Pool]) {
            open.record(figures.reduce(0) { $0 + $1.openConnections })
            wanted.record(figures.reduce(0) { $0 + $1.wantedConnections })
            reads.record(figures.map(\.reads))
            writes.record(figures.map(\.writes))
        }
    }

    /// The connections of one kind, and the calls that wait for them.
    private struct Group: Sendable {
        private let queueLength: Gauge
        private let statementsInFlight: Gauge
        private let inFlightLimit: Gauge
        private let sent: RunningTotal
        private let expired: RunningTotal
        private let waitSeconds: RunningTotal

        init(_ dimensions: [(String, String)]) {
            queueLength = Gauge(label: "agentd_database_queue_length", dimensions: dimensions)
            statementsInFlight = Gauge(label: "agentd_database_statements_in_flight", dimensions: dimensions)
            inFlightLimit = Gauge(label: "agentd_database_in_flight_limit", dimensions: dimensions)
            sent = RunningTotal("agentd_database_calls_sent_total", dimensions)
            expired = RunningTotal("agentd_database_calls_expired_total", dimensions)
            waitSeconds = RunningTotal("agentd_database_wait_seconds_total", dimensions)
        }

        func record(_ figures: [GroupFigures]) {
            func sum<Figure: AdditiveArithmetic>(_ figure: KeyPath<GroupFigures, Figure>) -> Figure {
                figures.reduce(.zero) { $0 + $1[keyPath: figure] }
            }
            queueLength.record(sum(\.waitingCalls))
            statementsInFlight.record(sum(\.callsInFlight))
            inFlightLimit.record(sum(\.inFlightLimit))
            sent.record(Double(sum(\.totals.sentCalls)))
            expired.record(Double(sum(\.totals.expiredCalls)))
            waitSeconds.record(Double(sum(\.totals.waitedNanoseconds)) / 1_000_000_000)
        }
    }

    /// A counter of what is counted elsewhere.
    private final class RunningTotal: Sendable {
        private let counter: FloatingPointCounter
        private let counted = Mutex(0.0)

        init(_ label: String, _ dimensions: [(String, String)]) {
            counter = FloatingPointCounter(label: label, dimensions: dimensions)
        }

        /// - Parameter total: Less than before while a loop does not tell: then it stays as it is.
        func record(_ total: Double) {
            counted.withLock { counted in
                counter.increment(by: max(0, total - counted))
                counted = max(counted, total)
            }
        }
    }

    private let tenantPool = Pool("tenant")
    private let platformPool = Pool("platform")
    private let tokenCacheEntries = Gauge(label: "agentd_token_cache_entries")
    private let loops = Mutex<[LoopServices]>([])

    /// Until it is told, there are none. Once: what they count goes on from what was counted of them.
    func watch(_ loops: [LoopServices]) { self.loops.withLock { $0 = loops } }

    /// Waits for each loop.
    func collect() async {
        var figures: [LoopFigures] = []
        for loop in loops.withLock({ $0 }) {
            if let those = await loop.figures() { figures.append(those) }
        }
        tenantPool.record(figures.map(\.tenantPool))
        platformPool.record(figures.map(\.platformPool))
        tokenCacheEntries.record(figures.reduce(0) { $0 + $1.rememberedTokens })
    }
}
