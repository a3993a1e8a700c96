package import Logging
package import Metrics
internal import Services

/// Counts the connections that were refused, and warns of them: of each reason no more than once in a while, however
/// many there are.
package final class ConnectionRefusals: Sendable {
    private let counters: [ConnectionRefusal: Counter]
    /// With the addresses of clients.
    private let warnings: RecurringWarnings<ConnectionRefusal, String>

    /// - Parameters:
    ///   - quiet: Between two warnings of one reason.
    ///   - metrics: The backend; it must be in place before this is made.
    package init(
        logger: Logger, quiet: Duration = .seconds(60), metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        counters = Dictionary(
            uniqueKeysWithValues: ConnectionRefusal.allCases.map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (
                    reason,
                    Counter(label: "agentd_connections_refused_total", dimensions: dimensions, factory: metrics)
                )
            })
        warnings = RecurringWarnings(quiet: quiet) { reason, burst in
            logger.warning(
                "Connections were refused, or ended for what their clients did",
                metadata: burst.metadata(reason: reason.rawValue, subject: "client"))
        }
    }

    /// From any thread.
    /// - Parameter peer: Of this connection, as it is logged.
    package func note(_ reason: ConnectionRefusal, of peer: String) {
        counters[reason]?.increment()
        warnings.happened(reason, to: Self.host(of: peer))
    }

    /// Without the port, which tells connections apart and not clients.
    private static func host(of peer: String) -> String {
        peer.lastIndex(of: ":").map { String(peer[..<$0]) } ?? peer
    }

    /// There will be no more connections.
    func end() { warnings.tellRest() }
}
