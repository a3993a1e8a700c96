import Testing

internal import AgentdCore
internal import LoopExecutor
@testable internal import Storage
internal import TestSupport

@Suite("Turns of changes that need one lock", .timeLimit(.minutes(1)))
struct TurnQueueTests {
    @Test("1,024 may wait for a turn; one more is refused at once, and all others have theirs")
    func bound() async throws {
        try await TestLoop.with { loop in
            let queue = TurnQueue()
            let gate = AsyncStream.makeStream(of: Void.self)
            let outcomes = try await withThrowingTaskGroup(of: Reason?.self) { group in
                for _ in 0..<1_026 {
                    group.addTask {
                        let reason = try await loop.run { await Self.turn(queue, gate.stream) }
                        // The one that was refused is the first to end: then the first turn may end as well.
                        if reason != nil { gate.continuation.finish() }
                        return reason
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == nil } == 1_025)
            #expect(outcomes.compactMap(\.self) == [.databaseQueueFull])
        }
    }

    @Test("It remembers which keys are exhausted until it hears otherwise, and 4,096 of them at most")
    func exhausted() {
        let queue = TurnQueue()
        queue.note(1, isExhausted: true)
        #expect(queue.isExhausted(1) && !queue.isExhausted(2))
        queue.note(1, isExhausted: false)
        #expect(!queue.isExhausted(1))
        for key in 1...5_000 as ClosedRange<Int64> { queue.note(key, isExhausted: true) }
        #expect(queue.isExhausted(5_000))
        #expect((1...5_000).count { queue.isExhausted($0) } <= 4_096)
    }

    /// Takes a turn that lasts until the gate is open.
    /// - Returns: Why it was refused.
    private static func turn(_ queue: TurnQueue, _ gate: AsyncStream<Void>) async -> Reason? {
        do throws(ServiceError) {
            try await queue.run(1) { () async throws(ServiceError) in for await _ in gate {} }
            return nil
        } catch {
            return error.reason
        }
    }
}
