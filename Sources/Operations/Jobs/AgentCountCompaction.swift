package import Logging
internal import ServiceLifecycle
internal import Storage

/// Adds what changes of agents left behind to the counts of agents, every two seconds, so that reading the counts stays
/// cheap. Several replicas may do it at once.
package struct AgentCountCompaction: Service {
    private static let intervalMilliseconds = 2_000
    /// Of one round; the rest is for the next one. More than a database can leave behind in two seconds.
    private static let maximumBatches = 50

    private let work: PlatformWork
    private let logger: Logger

    package init(work: PlatformWork, logger: Logger) {
        self.work = work
        self.logger = logger
    }

    package func run() async throws {
        var streak = FailureStreak(logger)
        while await Pause.take(milliseconds: Self.intervalMilliseconds) {
            do {
                try await compact()
                streak.succeeded("The changes of agents are counted together again")
            } catch {
                streak.failed("The changes of agents are not counted together", error)
            }
        }
    }

    private func compact() async throws {
        var page: Int64 = 0
        for _ in 0..<Self.maximumBatches where !Task.isShuttingDownGracefully {
            let batch = try await work.run(CompactAgentCountsStatement(startPage: page))
            if batch.taken < CompactAgentCountsStatement.batchSize { return }
            page = batch.endPage
        }
    }
}
