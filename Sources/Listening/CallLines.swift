internal import AgentdCore
internal import NIOCore
internal import Services

/// Calls of one connection that wait, in a line for each tenant as far as it is known whose they are. The lines take
/// turns, each for as many calls as it weighs: who asks for little over a connection that others use as well does not
/// wait behind all that they have asked. The call that is next stands in no line, and counts in nobody's turn. Confined
/// to the connection's event loop.
final class CallLines {
    /// Each call knows the one behind it, so that a line needs no memory of its own.
    private struct Line {
        private var first: RunningCall?
        private var last: RunningCall?
        /// Calls that are left of its turn.
        private var credit = 0

        var isEmpty: Bool { first == nil }

        /// - Returns: Whether it was empty.
        mutating func append(_ call: RunningCall) -> Bool {
            let wasEmpty = isEmpty
            if wasEmpty { first = call } else { last?.behind = call }
            last = call
            return wasEmpty
        }

        /// - Returns: Its next call, and whether its turn ends with it. One that was abandoned costs nothing of it.
        mutating func take() -> (call: RunningCall, endsTurn: Bool)? {
            guard let call = first else { return nil }
            first = call.behind
            call.behind = nil
            if first == nil { last = nil }
            if call.isAbandoned { return (call, false) }
            if credit == 0 { credit = call.observed.line?.weight ?? 1 }
            credit -= 1
            return (call, credit == 0)
        }
    }

    /// The one that comes next; it stands in no line any more. Mostly there is no other, and there are no lines.
    private(set) var first: RunningCall?
    /// None is empty. Those of whom nothing is known share one.
    private var lines: [TenantID?: Line] = [:]
    /// In the order of their turns.
    private var turns = CircularBuffer<TenantID?>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    func append(_ call: RunningCall) {
        count += 1
        guard first != nil else { return first = call }
        let tenant = call.observed.line?.tenant
        if lines[tenant, default: Line()].append(call) { turns.append(tenant) }
    }

    func popFirst() -> RunningCall? {
        guard let call = first else { return nil }
        count -= 1
        first = count == 0 ? nil : takeFromLines()
        return call
    }

    private func takeFromLines() -> RunningCall? {
        guard let tenant = turns.first, let place = lines.index(forKey: tenant),
            let (call, endsTurn) = lines.values[place].take()
        else { return nil }
        if lines.values[place].isEmpty {
            turns.removeFirst()
            lines.remove(at: place)
        } else if endsTurn {
            turns.append(turns.removeFirst())
        }
        return call
    }
}
