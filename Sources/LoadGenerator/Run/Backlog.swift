internal import DequeModule

/// Calls that are due and could not be sent yet, because as many are in flight as may be, or no connection is there. A
/// noisy tenant's and the others' wait apart: nobody's callers would stand in line behind another tenant's before
/// anything was sent.
struct Backlog {
    struct Arrival {
        let call: Call
        /// When it was due.
        let since: UInt64
    }

    /// With more than these the oldest of the longer line is given up: who falls so far behind does not catch up, and
    /// memory is bounded.
    static let limit = 65_536

    /// By group.
    private var lines: [Deque<Arrival>] = CallerGroup.allCases.map { _ in [] }
    private(set) var count = 0

    func count(of group: CallerGroup) -> Int { lines[group.rawValue].count }

    /// - Returns: One that is given up, when there are too many.
    mutating func append(_ arrival: Arrival) -> Arrival? {
        lines[arrival.call.group.rawValue].append(arrival)
        count += 1
        guard count > Self.limit, let longest = CallerGroup.allCases.max(by: { count(of: $0) < count(of: $1) }) else {
            return nil
        }
        return popFirst(of: longest)
    }

    /// Of some groups the one whose first call has waited longest; nil when none of them has a call.
    func oldest(of groups: [CallerGroup]) -> CallerGroup? {
        var oldest: (group: CallerGroup, since: UInt64)?
        for group in groups {
            guard let first = lines[group.rawValue].first, first.since < oldest?.since ?? .max else { continue }
            oldest = (group, first.since)
        }
        return oldest?.group
    }

    /// The one that has waited longest.
    mutating func popFirst(of group: CallerGroup) -> Arrival? {
        guard let arrival = lines[group.rawValue].popFirst() else { return nil }
        count -= 1
        return arrival
    }
}
