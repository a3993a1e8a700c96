package import AgentdCore
package import Logging
internal import ServiceLifecycle

/// Brings the counts of calls from the event loops into the database every few seconds, and a last time when the
/// daemon stops.
package struct CallCountFlush: Service {
    package typealias Counts = [TenantID: TenantStats.Calls]

    private let intervalMilliseconds: Int
    private let batchSize: Int
    private let take: @Sendable () async -> [Counts]
    private let store: @Sendable (Counts) async throws -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - batchSize: The most tenants that are stored at once.
    ///   - take: Takes the counts of every event loop away.
    ///   - store: Adds to the counts in the database.
    package init(
        intervalMilliseconds: Int, batchSize: Int, take: @escaping @Sendable () async -> [Counts],
        store: @escaping @Sendable (Counts) async throws -> Void, logger: Logger
    ) {
        self.intervalMilliseconds = intervalMilliseconds
        self.batchSize = batchSize
        self.take = take
        self.store = store
        self.logger = logger
    }

    package func run() async throws {
        var pending = PendingCalls()
        var streak = FailureStreak(logger)
        while await Pause.take(milliseconds: intervalMilliseconds) { await flush(&pending, &streak) }
        await flush(&pending, &streak)
    }

    /// What cannot be stored now stays pending, unless it may have been stored all the same: no call counts twice.
    func flush(_ pending: inout PendingCalls, _ streak: inout FailureStreak) async {
        if pending.hasRoom {
            for counts in await take() { pending.add(counts) }
        }
        while let batch = pending.removeBatch(of: batchSize) {
            do {
                try await store(batch)
                streak.succeeded("Calls are counted again")
            } catch {
                let refusal = error as? ServiceError
                if refusal?.mayHaveHappened == false { pending.add(batch) }
                streak.failed("Calls are not counted", error)
                return
            }
        }
    }
}

/// Counts that are not in the database yet.
struct PendingCalls {
    /// From so many tenants on, the event loops keep theirs: while the database is away it must not become more and
    /// more.
    private static let enoughTenants = 16_384

    private(set) var counts: CallCountFlush.Counts = [:]

    var hasRoom: Bool { counts.count < Self.enoughTenants }

    mutating func add(_ other: CallCountFlush.Counts) {
        counts.merge(other) { one, other in
            var sum = one
            sum.calls += other.calls
            sum.errors += other.errors
            sum.latencyMicroseconds += other.latencyMicroseconds
            return sum
        }
    }

    /// Counts of some of the tenants; nil when there are none.
    mutating func removeBatch(of size: Int) -> CallCountFlush.Counts? {
        guard !counts.isEmpty else { return nil }
        var batch: CallCountFlush.Counts = [:]
        for (tenant, calls) in counts.prefix(size) { batch[tenant] = calls }
        for tenant in batch.keys { counts[tenant] = nil }
        return batch
    }
}

extension ServiceError {
    /// Whether the change that failed may be in the database all the same.
    fileprivate var mayHaveHappened: Bool { [.unknown, .deadlineExceeded, .cancelled].contains(code) }
}
