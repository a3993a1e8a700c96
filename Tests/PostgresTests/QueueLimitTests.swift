import Testing

@testable internal import Postgres

@Suite("Queue limit")
struct QueueLimitTests {
    private static let millisecond: UInt64 = 1_000_000

    /// Calls leave at a constant rate for a second, and others wait.
    private func limit(after rate: Int, from limit: QueueLimit, at start: UInt64 = 0) -> QueueLimit {
        var limit = limit
        for turn in 0..<1_000 as Range<UInt64> {
            limit.departed(rate / 1_000, waiting: 10, at: start + turn * Self.millisecond)
        }
        return limit
    }

    private let unlimited = QueueLimit(maximum: 4_096, longestWaitNanoseconds: 500 * Self.millisecond)

    @Test("Before anything is known the maximum may wait")
    func beginning() { #expect(unlimited.current == 4_096) }

    @Test(
        "As many may wait as leave within the time, within bounds",
        arguments: [(1_000, 500), (4_000, 2_000), (2_000, 1_000), (50_000, 4_096), (1, 4_096)])
    func measured(rate: Int, expected: Int) {
        // A rate of 1 in this is none at all, of which nothing is learnt.
        let found = limit(after: rate, from: unlimited).current
        #expect(abs(found - expected) <= expected / 50)
    }

    @Test("It never becomes so short that a burst is refused")
    func least() {
        var limit = unlimited
        for turn in 0..<100 as Range<UInt64> { limit.departed(1, waiting: 300, at: turn * 40 * Self.millisecond) }
        #expect(limit.current == 256)
    }

    @Test("It follows a server that becomes faster or slower")
    func follows() {
        let slow = limit(after: 1_000, from: unlimited)
        #expect(limit(after: 6_000, from: slow, at: 2_000 * Self.millisecond).current > 2_900)
    }

    @Test("Nothing is learnt while none waits, or none leaves, nor from the time in which none left")
    func unknown() {
        var limit = unlimited
        for turn in 0..<100 as Range<UInt64> { limit.departed(1, waiting: 0, at: turn * 10 * Self.millisecond) }
        #expect(limit.current == 4_096)
        for turn in 100..<200 as Range<UInt64> { limit.departed(0, waiting: 9, at: turn * 10 * Self.millisecond) }
        #expect(limit.current == 4_096)
        limit.departed(1, waiting: 9, at: 10_000 * Self.millisecond)
        #expect(limit.current == 4_096)
    }
}
