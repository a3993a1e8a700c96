import Testing

@testable internal import Postgres

@Suite("The limit of calls in flight")
struct InFlightLimitTests {
    private static let millisecond: UInt64 = 1_000_000

    /// Answers come for so many windows, each as late as this.
    private static func after(
        _ windows: UInt64, of latency: UInt64, wanted: Bool = true, _ limit: inout InFlightLimit, from now: UInt64 = 0
    ) {
        for window in 1...windows {
            if wanted { limit.reached() }
            for _ in 0..<8 { limit.answered(after: latency, at: now + window * 10 * millisecond) }
        }
    }

    @Test("While answers are slow it falls: as far as they are late, to a half at once, and never below its least")
    func falls() {
        var limit = InFlightLimit(4...128)
        #expect(limit.current == 48)
        Self.after(1, of: 2_500_000, &limit)
        #expect(limit.current == 38)
        Self.after(1, of: 2_000_001, &limit, from: 500 * Self.millisecond)
        #expect(limit.current == 37)
        Self.after(1, of: 50 * Self.millisecond, &limit, from: 600 * Self.millisecond)
        #expect(limit.current == 18)
        Self.after(100, of: 50 * Self.millisecond, &limit, from: 1_000 * Self.millisecond)
        #expect(limit.current == 4)
    }

    @Test("While answers are quick and calls wait it rises again, and never over its most")
    func rises() {
        var limit = InFlightLimit(4...128)
        Self.after(100, of: 50 * Self.millisecond, &limit)
        Self.after(10, of: Self.millisecond, &limit, from: 2_000 * Self.millisecond)
        #expect((5..<128).contains(limit.current))
        Self.after(100, of: Self.millisecond, &limit, from: 5_000 * Self.millisecond)
        #expect(limit.current == 128)
    }

    @Test("Quick answers alone do not raise it: nobody waits for more")
    func rests() {
        var limit = InFlightLimit(4...128)
        Self.after(100, of: 50 * Self.millisecond, &limit)
        Self.after(100, of: Self.millisecond, wanted: false, &limit, from: 2_000 * Self.millisecond)
        #expect(limit.current == 4)
    }

    @Test("A few answers or a moment are not enough to judge by")
    func patience() {
        var limit = InFlightLimit(4...128)
        for _ in 0..<7 { limit.answered(after: 50 * Self.millisecond, at: 60 * Self.millisecond) }
        #expect(limit.current == 48)
        var sudden = InFlightLimit(4...128)
        Self.after(1, of: 50 * Self.millisecond, &sudden)
        for _ in 0..<100 { sudden.answered(after: 50 * Self.millisecond, at: 11 * Self.millisecond) }
        #expect(sudden.current == 24)
    }
}
