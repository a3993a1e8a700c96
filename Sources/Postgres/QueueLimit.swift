/// How many calls may wait: as many as PostgreSQL gets to within the time that a call may wait. One more would wait in
/// vain; it is better refused at once.
///
/// How fast they leave is measured while some wait. When none leaves at all, because there is no connection, that says
/// nothing of how fast they will.
struct QueueLimit {
    /// Bursts of so many never hurt.
    private static let least = 256
    /// How long is measured, at least.
    private static let windowNanoseconds: UInt64 = 50_000_000
    /// Over a longer time something else has happened in between.
    private static let longestWindowNanoseconds: UInt64 = 250_000_000

    private let maximum: Int
    private let longestWaitNanoseconds: UInt64
    private(set) var current: Int
    private var window: (began: UInt64, departures: UInt64)?

    /// - Parameters:
    ///   - maximum: So many at most, however fast they leave, and as long as that is not known.
    ///   - longestWaitNanoseconds: How long a call may wait.
    init(maximum: Int, longestWaitNanoseconds: UInt64) {
        self.maximum = maximum
        self.longestWaitNanoseconds = longestWaitNanoseconds
        current = maximum
    }

    /// - Parameters:
    ///   - count: Calls that have left the queue now.
    ///   - waiting: Calls that are left in it.
    mutating func departed(_ count: Int, waiting: Int, at now: UInt64) {
        guard waiting > 0, var window else {
            // With none left, what departs is no more than what comes.
            window = waiting > 0 ? (now, 0) : nil
            return
        }
        window.departures += UInt64(count)
        let elapsed = now - window.began
        guard elapsed >= Self.windowNanoseconds else {
            self.window = window
            return
        }
        self.window = (now, 0)
        guard window.departures > 0, elapsed <= Self.longestWindowNanoseconds else { return }
        let inTime = Double(window.departures) * Double(longestWaitNanoseconds) / Double(elapsed)
        current = min(maximum, max(Self.least, Int(inTime)))
    }
}
