internal import DequeModule

/// Calls that are due and could not be sent yet, because as many are in flight as the daemon takes, or no connection is
/// there.
struct Backlog {
    struct Arrival {
        let call: Call
        /// When it was due.
        let since: UInt64
    }

    /// With more than these the oldest is given up: who falls so far behind does not catch up, and memory is bounded.
    static let limit = 65_536

    private var arrivals: Deque<Arrival> = []

    var count: Int { arrivals.count }

    /// - Returns: The oldest, when there are too many.
    mutating func append(_ arrival: Arrival) -> Arrival? {
        arrivals.append(arrival)
        return arrivals.count > Self.limit ? arrivals.popFirst() : nil
    }

    mutating func popFirst() -> Arrival? { arrivals.popFirst() }
}
