internal import Metrics
internal import Synchronization

/// Sets the gauges of what the serving loops have for themselves, summed over the loops.
final class LoopMetrics: Sendable {
    private struct Pool: Sendable {
        private let open: Gauge
        private let wanted: Gauge
        private let queueLength: Gauge
        private let statementsInFlight: Gauge
        private let inFlightLimit: Gauge

        init(_ name: String) {
            func gauge(_ label: String, _ dimensions: [(String, String)] = []) -> Gauge {
                Gauge(label: label, dimensions: [("pool", name)] + dimensions)
            }
            open = gauge("agentd_database_connections", [("state", "open")])
            wanted = gauge("agentd_database_connections", [("state", "wanted")])
            queueLength = gauge("agentd_database_queue_length")
            statementsInFlight = gauge("agentd_database_statements_in_flight")
            inFlightLimit = gauge("agentd_database_in_flight_limit")
        }

        func record(_ figures: [LoopFigures.Pool]) {
            func sum(_ figure: KeyPath<LoopFigures.Pool, Int>) -> Int { figures.reduce(0) { $0 + $1[keyPath: figure] } }
            open.record(sum(\.openConnections))
            wanted.record(sum(\.wantedConnections))
            queueLength.record(sum(\.waitingCalls))
            statementsInFlight.record(sum(\.callsInFlight))
            inFlightLimit.record(sum(\.inFlightLimit))
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
