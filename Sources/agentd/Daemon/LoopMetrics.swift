internal import Metrics
internal import Synchronization

/// Exposes what the serving loops know of themselves, summed over the loops.
final class LoopMetrics: Sendable {
    private struct Pool: Sendable {
        private let open: Gauge
        private let wanted: Gauge
        private let queueLength: Gauge
        private let statementsInFlight: Gauge
        private let inFlightLimit: Gauge
        private let sent: RunningTotal
        private let expired: RunningTotal
        private let waitSeconds: RunningTotal

        init(_ name: String) {
            func gauge(_ label: String, _ dimensions: [(String, String)] = []) -> Gauge {
                Gauge(label: label, dimensions: [("pool", name)] + dimensions)
            }
            open = gauge("agentd_database_connections", [("state", "open")])
            wanted = gauge("agentd_database_connections", [("state", "wanted")])
            queueLength = gauge("agentd_database_queue_length")
            statementsInFlight = gauge("agentd_database_statements_in_flight")
            inFlightLimit = gauge("agentd_database_in_flight_limit")
            sent = RunningTotal("agentd_database_calls_sent_total", pool: name)
            expired = RunningTotal("agentd_database_calls_expired_total", pool: name)
            waitSeconds = RunningTotal("agentd_database_wait_seconds_total", pool: name)
        }

        func record(_ figures: [LoopFigures.Pool]) {
            func sum<Figure: AdditiveArithmetic>(_ figure: KeyPath<LoopFigures.Pool, Figure>) -> Figure {
                figures.reduce(.zero) { $0 + $1[keyPath: figure] }
            }
            open.record(sum(\.openConnections))
            wanted.record(sum(\.wantedConnections))
            queueLength.record(sum(\.waitingCalls))
            statementsInFlight.record(sum(\.callsInFlight))
            inFlightLimit.record(sum(\.inFlightLimit))
            sent.record(Double(sum(\.sentCalls)))
            expired.record(Double(sum(\.expiredCalls)))
            waitSeconds.record(Double(sum(\.waitedNanoseconds)) / 1_000_000_000)
        }
    }

    /// A counter of what is counted elsewhere.
    private final class RunningTotal: Sendable {
        private let counter: FloatingPointCounter
        private let counted = Mutex(0.0)

        init(_ label: String, pool: String) {
            counter = FloatingPointCounter(label: label, dimensions: [("pool", pool)])
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

    /// Until it is told, there are none.
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
