internal import AgentdCore
internal import NIOCore
internal import Services

/// Calls of one connection that wait, in a line for each tenant as far as it is known whose they are. The lines take
/// turns, each for as many calls as it weighs: who asks for little over a connection that others use as well does not
/// wait behind all that they have asked.
struct CallLines {
    private struct Line {
        var calls = CircularBuffer<RunningCall>()
        /// Calls that are left of its turn.
        var credit = 0
    }

    /// The one that comes next; it stands in no line any more. Mostly there is no other, and there are no lines.
    private(set) var first: RunningCall?
    /// None is empty. Those of whom nothing is known share one.
    private var lines: [TenantID?: Line] = [:]
    /// In the order of their turns.
    private var turns = CircularBuffer<TenantID?>()
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ call: RunningCall) {
        count += 1
        guard first != nil else { return first = call }
        let tenant = call.observed.line?.tenant
        lines[tenant, default: Line()].calls.append(call)
        if lines[tenant]?.calls.count == 1 { turns.append(tenant) }
    }

    mutating func popFirst() -> RunningCall? {
        guard let call = first else { return nil }
        count -= 1
        first = count == 0 ? nil : takeFromLines()
        return call
    }

    private mutating func takeFromLines() -> RunningCall? {
        guard let tenant = turns.first, let place = lines.index(forKey: tenant) else { return nil }
        let call = lines.values[place].calls.removeFirst()
        if lines.values[place].calls.isEmpty {
            turns.removeFirst()
            lines.remove(at: place)
            return call
        }
        if lines.values[place].credit == 0 { lines.values[place].credit = call.observed.line?.weight ?? 1 }
        lines.values[place].credit -= 1
        if lines.values[place].credit == 0 { turns.append(turns.removeFirst()) }
        return call
    }
}
