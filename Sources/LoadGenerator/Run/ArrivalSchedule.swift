/// When calls are due that come at a constant rate. Nothing holds it up: calls that were due while nobody looked are
/// due all the same. Times are nanoseconds of the monotonic clock.
struct ArrivalSchedule {
    private let times: Range<UInt64>
    private let intervalNanoseconds: Double
    private var count = 0

    /// - Parameters:
    ///   - times: From the first one on, and before when.
    ///   - rate: Calls a second.
    init(times: Range<UInt64>, rate: Double) {
        self.times = times
        intervalNanoseconds = 1e9 / rate
    }

    /// When the next one is due; nil after the last.
    var nextDue: UInt64? {
        let time = times.lowerBound + UInt64(Double(count) * intervalNanoseconds)
        return time < times.upperBound ? time : nil
    }

    /// Takes the next one when it is due by now.
    mutating func takeDue(by now: UInt64) -> UInt64? {
        guard let time = nextDue, time <= now else { return nil }
        count += 1
        return time
    }
}
