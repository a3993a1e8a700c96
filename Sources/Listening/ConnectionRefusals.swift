package import Logging
package import Metrics
internal import Synchronization

/// Counts the connections that were refused, and warns of them: of each reason no more than once in a while, however
/// many there are.
package final class ConnectionRefusals: Sendable {
    /// Between two warnings of one reason: an attack is to be seen, and not to fill the log.
    private static let quietNanoseconds: UInt64 = 60_000_000_000

    private struct Warning {
        var at: UInt64?
        /// Since then.
        var count = 0
    }

    private let counters: [ConnectionRefusal: Counter]
    private let warnings = Mutex<[ConnectionRefusal: Warning]>([:])
    private let logger: Logger

    /// - Parameter metrics: The backend; it must be in place before this is made.
    package init(logger: Logger, metrics: any MetricsFactory = MetricsSystem.factory) {
        self.logger = logger
        counters = Dictionary(
            uniqueKeysWithValues: ConnectionRefusal.allCases.map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (
                    reason,
                    Counter(label: "agentd_connections_refused_total", dimensions: dimensions, factory: metrics)
                )
            })
    }

    /// - Parameters:
    ///   - peer: Of this connection, as it is logged.
    ///   - now: Of the monotonic clock, in nanoseconds.
    package func note(_ reason: ConnectionRefusal, of peer: String, at now: UInt64) {
        counters[reason]?.increment()
        let count = warnings.withLock { warnings -> Int? in
            var warning = warnings[reason, default: Warning()]
            defer { warnings[reason] = warning }
            warning.count += 1
            if let last = warning.at, now < last + Self.quietNanoseconds { return nil }
            defer { warning = Warning(at: now) }
            return warning.count
        }
        guard let count else { return }
        logger.warning(
            "Connections were refused, or ended for what their clients did",
            metadata: ["reason": "\(reason.rawValue)", "count": .stringConvertible(count), "for_example": "\(peer)"])
    }
}
