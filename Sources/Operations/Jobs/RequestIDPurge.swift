internal import AgentdCore
package import LoopExecutor
package import Logging
internal import ServiceLifecycle
package import Storage

/// Removes answers that were kept for retries and are older than their 24 hours: each minute, in small batches, so that
/// it is never noticed. Several replicas may do it at once.
package struct RequestIDPurge: Service {
    private static let intervalMilliseconds = 60_000
    /// What one round removes at most; the rest is for the next minute.
    private static let maximumBatches = 20
    private static let batchDeadlineNanoseconds: UInt64 = 5_000_000_000

    private let database: Database
    private let executor: EventLoopTaskExecutor
    private let uptimeNanoseconds: @Sendable () -> UInt64
    private let logger: Logger

    /// - Parameter executor: Of the event loop that the database belongs to.
    package init(
        database: Database, executor: EventLoopTaskExecutor, uptimeNanoseconds: @escaping @Sendable () -> UInt64,
        logger: Logger
    ) {
        self.database = database
        self.executor = executor
        self.uptimeNanoseconds = uptimeNanoseconds
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                // Replicas that were started together do not all come at the same moment.
                let wait = Self.intervalMilliseconds * Int.random(in: 75...125) / 100
                guard (try? await Task.sleep(for: .milliseconds(wait))) != nil else { return }
                await purge()
            }
        }
    }

    private func purge() async {
        do {
            var removed = 0
            for _ in 0..<Self.maximumBatches {
                let count = try await removeBatch()
                removed += count
                if count < PurgeRequestIDsStatement.batchSize { break }
            }
            if removed > 0 { logger.debug("Removed the answers of \(removed) old request ids") }
        } catch {
            logger.debug(
                "Old request ids are not removed this time",
                metadata: ["reason": "\((error as? ServiceError)?.forLog ?? "\(error)")"])
        }
    }

    private func removeBatch() async throws -> Int {
        let deadline = Deadline(uptimeNanoseconds: uptimeNanoseconds() + Self.batchDeadlineNanoseconds)
        return try await executor.run {
            try await database.platformSession(deadline: deadline).run(PurgeRequestIDsStatement())
        }
    }
}
