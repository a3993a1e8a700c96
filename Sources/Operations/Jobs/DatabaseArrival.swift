package import Logging

/// Waits at the start for a database that is not there yet.
package struct DatabaseArrival: Sendable {
    /// What one look finds.
    package enum Sight: Sendable, Equatable {
        case there
        /// Waiting may help. Why it is not there, in words.
        case notYet(String)
        /// Waiting does not help. Why not, in words.
        case refused(String)
    }

    /// It is refused.
    package struct Refusal: Error, Sendable, Equatable {
        package let reason: String
    }

    /// Of the pause between two looks, which becomes longer with each.
    private static let firstPause = Duration.milliseconds(50)
    /// Short enough that the daemon serves within seconds of the database's coming.
    private static let longestPause = Duration.seconds(2)
    /// So many different reasons are logged, so that one which is never the same twice does not fill the log.
    private static let maximumReasons = 20

    private let look: @Sendable () async throws -> Sight
    private let tell: @Sendable (String) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - look: Whether it is there now; it takes some seconds at most.
    ///   - tell: Hears why it is not there, after each look.
    package init(
        look: @escaping @Sendable () async throws -> Sight, tell: @escaping @Sendable (String) -> Void, logger: Logger
    ) {
        self.look = look
        self.tell = tell
        self.logger = logger
    }

    /// Returns when it is there.
    /// - Returns: Whether it was not there at first.
    /// - Throws: `Refusal`, and `CancellationError` soon after the task is cancelled.
    package func wait() async throws -> Bool {
        var pause = Self.firstPause
        var reasons: Set<String> = []
        while true {
            switch try await look() {
            case .there:
                if !reasons.isEmpty { logger.notice("The database can be reached") }
                return !reasons.isEmpty
            case .refused(let reason): throw Refusal(reason: reason)
            case .notYet(let reason):
                tell(reason)
                if reasons.count < Self.maximumReasons, reasons.insert(reason).inserted {
                    logger.warning(
                        "The database cannot be reached; agentd waits for it", metadata: ["reason": "\(reason)"])
                }
                // Daemons that were started together do not come back together.
                try await Task.sleep(for: pause * Double.random(in: 0.75...1.25))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }
}
