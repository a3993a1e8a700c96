/// How long to wait before a server that ended is started again: longer each time, until it has stayed up for a
/// while, and never quite the same for two of them.
struct RestartDelay {
    private static let firstMilliseconds = 100
    private static let longestMilliseconds = 10_000
    /// A server that ran for so long is well again.
    private static let settledMilliseconds = 60_000

    private var nextMilliseconds = Self.firstMilliseconds

    /// - Parameter jitter: From 0 to 1.
    mutating func milliseconds(afterRunning ran: Int, jitter: Double) -> Int {
        if ran >= Self.settledMilliseconds { nextMilliseconds = Self.firstMilliseconds }
        let delay = nextMilliseconds / 2 + Int(Double(nextMilliseconds / 2) * jitter)
        nextMilliseconds = min(nextMilliseconds * 2, Self.longestMilliseconds)
        return delay
    }
}
