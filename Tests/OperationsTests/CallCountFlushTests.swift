import Logging
import Testing

internal import AgentdCore
internal import Synchronization

@testable internal import Operations

@Suite("The flush of counts of calls")
struct CallCountFlushTests {
    private static func tenant(_ number: UInt64) -> TenantID { TenantID(UUIDValue(high: number, low: 0)) }

    private static func calls(_ count: Int64) -> TenantStats.Calls {
        var calls = TenantStats.Calls()
        calls.calls = count
        calls.errors = 1
        calls.latencyMicroseconds = 10 * count
        return calls
    }

    /// The other end of a flush: what the event loops have, what the database got, and what it says.
    private final class Ends: Sendable {
        struct State {
            var counted: [CallCountFlush.Counts] = []
            var stored: [CallCountFlush.Counts] = []
            var answers: [ServiceError?] = []
        }

        let state = Mutex(State())

        func flush(batchSize: Int = 10) -> CallCountFlush {
            CallCountFlush(
                intervalMilliseconds: 1, batchSize: batchSize,
                take: {
                    self.state.withLock { state in
                        defer { state.counted = [] }
                        return state.counted
                    }
                },
                store: { batch in
                    try self.state.withLock { state in
                        if !state.answers.isEmpty, let error = state.answers.removeFirst() { throw error }
                        state.stored.append(batch)
                    }
                }, logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        }
    }

    @Test("What the event loops counted is added up and stored in batches of a bounded size")
    func batches() async {
        let ends = Ends()
        let one = Dictionary(uniqueKeysWithValues: (0..<15).map { (Self.tenant($0), Self.calls(2)) })
        let other = Dictionary(uniqueKeysWithValues: (10..<25).map { (Self.tenant($0), Self.calls(3)) })
        ends.state.withLock { $0.counted = [one, other] }
        var pending = PendingCalls()
        await ends.flush().flush(&pending)
        let stored = ends.state.withLock(\.stored)
        #expect(stored.map(\.count) == [10, 10, 5] && pending.counts.isEmpty)
        let all = stored.reduce(into: [:]) { all, batch in all.merge(batch) { one, _ in one } }
        #expect(all.count == 25 && all[Self.tenant(0)] == Self.calls(2) && all[Self.tenant(24)] == Self.calls(3))
        #expect(all[Self.tenant(12)]?.calls == 5 && all[Self.tenant(12)]?.errors == 2)
        #expect(all[Self.tenant(12)]?.latencyMicroseconds == 50)
    }

    @Test("Without calls nothing is stored")
    func nothing() async {
        let ends = Ends()
        var pending = PendingCalls()
        await ends.flush().flush(&pending)
        #expect(ends.state.withLock(\.stored).isEmpty)
    }

    @Test(
        "What could not be stored is stored with what comes after it",
        arguments: [Reason.databaseUnavailable, .databaseQueueFull, .transactionConflict, .internal])
    func failure(_ reason: Reason) async {
        let ends = Ends()
        ends.state.withLock { state in
            state.counted = [[Self.tenant(1): Self.calls(2)]]
            state.answers = [ServiceError(reason, "Not now.")]
        }
        var pending = PendingCalls()
        await ends.flush().flush(&pending)
        #expect(pending.counts == [Self.tenant(1): Self.calls(2)])
        ends.state.withLock { $0.counted = [[Self.tenant(1): Self.calls(3)]] }
        await ends.flush().flush(&pending)
        #expect(pending.counts.isEmpty && ends.state.withLock(\.stored.last)?[Self.tenant(1)]?.calls == 5)
    }

    @Test(
        "What may have been stored is not stored again",
        arguments: [Reason.outcomeUnknown, .deadlineExceeded, .cancelled])
    func unknownOutcome(_ reason: Reason) async {
        let ends = Ends()
        ends.state.withLock { state in
            state.counted = [[Self.tenant(1): Self.calls(2), Self.tenant(2): Self.calls(2)]]
            state.answers = [ServiceError(reason, "Nobody knows.")]
        }
        var pending = PendingCalls()
        await ends.flush(batchSize: 1).flush(&pending)
        #expect(pending.counts.count == 1)
        await ends.flush(batchSize: 1).flush(&pending)
        #expect(pending.counts.isEmpty && ends.state.withLock(\.stored.count) == 1)
    }

    @Test("While the database is away, the event loops keep what would become too much")
    func bound() async {
        let ends = Ends()
        let many = Dictionary(uniqueKeysWithValues: (0..<20_000).map { (Self.tenant($0), Self.calls(1)) })
        ends.state.withLock { state in
            state.counted = [many]
            state.answers = Array(repeating: ServiceError(.databaseUnavailable, "Away."), count: 3)
        }
        var pending = PendingCalls()
        for _ in 0..<3 {
            await ends.flush().flush(&pending)
            ends.state.withLock { $0.counted = [[Self.tenant(99_999): Self.calls(1)]] }
        }
        #expect(pending.counts.count == 20_000 && ends.state.withLock(\.counted.count) == 1)
        await ends.flush(batchSize: 30_000).flush(&pending)
        await ends.flush(batchSize: 30_000).flush(&pending)
        #expect(ends.state.withLock(\.stored).map(\.count) == [20_000, 1])
    }
}

extension CallCountFlush {
    /// One flush whose failures nobody counts.
    fileprivate func flush(_ pending: inout PendingCalls) async {
        var streak = FailureStreak(Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        await flush(&pending, &streak)
    }
}
