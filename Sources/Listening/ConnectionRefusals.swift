package import Logging
package import Metrics
package import NIOCore
internal import Synchronization

/// Counts the connections that were refused, and warns of them: of each reason no more than once in a while, however
/// many there are.
package final class ConnectionRefusals: Sendable {
    /// Between two warnings of one reason: an attack is to be seen, and not to fill the log.
    private let quiet: TimeAmount

    /// Those of one reason since the last warning, of which there will be another one; nil when there was none of late.
    private struct Waiting {
        var count = 0
        /// The last of them.
        var peer = ""
    }

    private let counters: [ConnectionRefusal: Counter]
    private let waiting = Mutex<[ConnectionRefusal: Waiting]>([:])
    private let logger: Logger

    /// - Parameters:
    ///   - quiet: Between two warnings of one reason: an attack is to be seen, and not to fill the log.
    ///   - metrics: The backend; it must be in place before this is made.
    package init(
        logger: Logger, quiet: TimeAmount = .seconds(60), metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.logger = logger
        self.quiet = quiet
        counters = Dictionary(
            uniqueKeysWithValues: ConnectionRefusal.allCases.map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (
                    reason,
                    Counter(label: "agentd_connections_refused_total", dimensions: dimensions, factory: metrics)
                )
            })
    }

    /// On the event loop of the connection, which also tells of those that follow.
    /// - Parameter peer: Of this connection, as it is logged.
    package func note(_ reason: ConnectionRefusal, of peer: String, on eventLoop: any EventLoop) {
        counters[reason]?.increment()
        let isFirst = waiting.withLock { waiting in
            guard let others = waiting[reason] else {
                waiting[reason] = Waiting()
                return true
            }
            waiting[reason] = Waiting(count: others.count + 1, peer: peer)
            return false
        }
        guard isFirst else { return }
        warn(reason, Waiting(count: 1, peer: peer))
        tellLater(reason, on: eventLoop)
    }

    private func tellLater(_ reason: ConnectionRefusal, on eventLoop: any EventLoop) {
        eventLoop.scheduleTask(in: quiet) { [weak self] in self?.tell(reason, on: eventLoop) }
    }

    /// Of those that have come since the last warning; without any the next one is warned of at once.
    private func tell(_ reason: ConnectionRefusal, on eventLoop: any EventLoop) {
        let others = waiting.withLock { waiting -> Waiting? in
            guard let others = waiting[reason], others.count > 0 else {
                waiting[reason] = nil
                return nil
            }
            waiting[reason] = Waiting()
            return others
        }
        guard let others else { return }
        warn(reason, others)
        tellLater(reason, on: eventLoop)
    }

    private func warn(_ reason: ConnectionRefusal, _ refused: Waiting) {
        logger.warning(
            "Connections were refused, or ended for what their clients did",
            metadata: [
                "reason": "\(reason.rawValue)", "count": .stringConvertible(refused.count),
                "for_example": "\(refused.peer)",
            ])
    }
}
