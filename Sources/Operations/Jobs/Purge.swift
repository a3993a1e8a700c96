internal import AgentdCore
package import Logging
internal import ServiceLifecycle
package import Storage

/// Removes rows that are kept for a while only: each minute, in small batches with a pause behind each, so that it is
/// never noticed. Several replicas may do it at once.
package struct Purge: Service {
    private static let intervalMilliseconds = 60_000
    /// Behind each batch: so that at most 20,000 rows a second go, and others have their turns in between.
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
        var streaks = statements.map { _ in FailureStreak(logger) }
        while await Pause.take(milliseconds: Self.intervalMilliseconds) { await round(&streaks) }
    }

    /// One round, as each minute brings one.
    package func round() async {
        var streaks = statements.map { _ in FailureStreak(logger) }
        await round(&streaks)
    }

    /// What fails is tried again in the next round, and keeps no other kind of rows from going.
    private func round(_ streaks: inout [FailureStreak]) async {
        for (index, statement) in statements.enumerated() where !Task.isShuttingDownGracefully {
            do {
                let removed = try await remove(statement)
                if removed > 0 { logger.debug("Removed \(removed) \(statement.rows)") }
                streaks[index].succeeded("Removed again: \(statement.rows)")
            } catch {
                streaks[index].failed("Not removed: \(statement.rows)", error)
            }
        }
    }

    private func remove(_ statement: some PurgeStatement) async throws -> Int {
        var removed = 0
        while !Task.isShuttingDownGracefully {
            let count = try await work.run(statement)
            removed += count
            guard count == PurgeBatch.rows, await Pause.take(milliseconds: Self.pauseMilliseconds) else { break }
        }
        return removed
    }
}
