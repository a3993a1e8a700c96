/// How often something may still be done: it is used up by doing it, and grows with time.
package struct Allowance: Sendable {
    private let capacity: Double
    private let perSecond: Double
    private var rest: Double
    private var lastGrowth: UInt64

    /// - Parameters:
    ///   - capacity: As often at once.
    ///   - now: Of the monotonic clock, in nanoseconds.
    package init(capacity: Int, perSecond: Int, at now: UInt64) {
        self.capacity = Double(capacity)
        self.perSecond = Double(perSecond)
        rest = self.capacity
        lastGrowth = now
    }

    /// Whether more was done than there was an allowance for.
    package var isExceeded: Bool { rest < 0 }

    package mutating func timePassed(to now: UInt64) {
        guard now > lastGrowth else { return }
        grow(by: Double(now - lastGrowth) / 1_000_000_000 * perSecond)
        lastGrowth = now
    }

    package mutating func grow(by times: Double) { rest = min(capacity, rest + times) }

    package mutating func use(_ times: Int = 1) { rest -= Double(times) }
}
