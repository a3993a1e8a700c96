internal import AgentdCore
package import Logging
internal import ServiceLifecycle
package import Storage

/// Removes rows that are kept for a while only: each minute, in small batches with a pause behind each, so that it is
/// never noticed. Several replicas may do it at once.
package struct Purge: Service {
    private static let intervalMilliseconds = 60_000
    /// Of one kind of rows in one round; the rest is for the next minute.
    package static let maximumBatches = 20
    private static let pauseMilliseconds = 50

    private let statements: [any PurgeStatement]
    private let work: PlatformWork
    private let logger: Logger

    package init(_ statements: [any PurgeStatement], work: PlatformWork, logger: Logger) {
        self.statements = statements
        self.work = work
        self.logger = logger
    }

    package func run() async throws {
        while await Pause.take(milliseconds: Self.intervalMilliseconds) { await round() }
    }

    /// What fails is tried again in the next round, and keeps no other kind of rows from going.
    package func round() async {
        for statement in statements {
            do {
                let removed = try await remove(statement)
                if removed > 0 { logger.debug("Removed \(removed) \(statement.rows)") }
            } catch {
                logger.debug(
                    "Not removed this time: \(statement.rows)",
                    metadata: ["reason": "\((error as? ServiceError)?.forLog ?? "\(error)")"])
            }
        }
    }

    private func remove(_ statement: some PurgeStatement) async throws -> Int {
        var removed = 0
        for _ in 0..<Self.maximumBatches {
            let count = try await work.run(statement)
            removed += count
            guard count == PurgeBatch.rows, await Pause.take(milliseconds: Self.pauseMilliseconds) else { break }
        }
        return removed
    }
}
