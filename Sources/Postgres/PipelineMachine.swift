internal import DequeModule

/// What is in flight on one connection in pipeline mode, without libpq: results go in, each returns what is to be done.
///
/// A segment is one call or several, and a Sync. Of each call it holds the statements to prepare first, then perhaps
/// the one that sets the context, then the call's own. libpq gives the results of each statement and then NULL; of the
/// Sync one result and no NULL. After an error the rest of the segment is aborted up to its Sync, and the next segment
/// is whole again.
struct PipelineMachine<Call>: ~Copyable {
    private struct Entry {
        let call: Call
        /// Statements before the call's own.
        let preceding: Int
        /// Whether the Sync follows.
        var isLast = false
    }

    /// What became of a call when its segment was over.
    enum Outcome {
        case succeeded
        case failed(ServerError)
        /// Another call of its segment failed before it: nothing of this one happened.
        case aborted
    }

    /// In the order in which they were sent.
    private var entries = Deque<Entry>()
    /// The entry whose results come now: those before it, of the same segment, have theirs.
    private var current = 0
    /// Statements of the current entry that have ended.
    private var ended = 0
    /// All statements of the segment have ended; its Sync comes next.
    private var awaitsSync = false
    /// Which entry of the segment failed, and why.
    private var failure: (index: Int, error: ServerError)?

    /// Calls that are not answered.
    var count: Int { entries.count }

    var isEmpty: Bool { entries.isEmpty }

    /// - Parameter preceding: Statements that were sent before the call's own.
    mutating func callSent(_ call: Call, preceding: Int) {
        entries.append(Entry(call: call, preceding: preceding))
    }

    /// What was sent since the last Sync is a segment.
    mutating func syncSent() {
        precondition(entries.last.map { !$0.isLast } ?? false, "A segment has at least one call.")
        entries[entries.count - 1].isLast = true
    }

    enum RowsAction {
        /// The answer of the call. That of a write counts once the Sync has come; that of a read is good at once.
        case answer(Call)
        /// The result of a statement before it.
        case discard
        /// Not what was sent: the connection cannot be understood any more.
        case protocolViolation
    }

    mutating func rowsReceived() -> RowsAction {
        guard !isEmpty, !awaitsSync else { return .protocolViolation }
        let entry = entries[current]
        return ended == entry.preceding ? .answer(entry.call) : .discard
    }

    enum ResultAction: Equatable {
        case proceed
        case protocolViolation
    }

    mutating func errorReceived(_ error: ServerError) -> ResultAction {
        guard !isEmpty else { return .protocolViolation }
        // The first error says why; those that follow from it do not.
        if failure == nil { failure = (current, error) }
        return .proceed
    }

    mutating func abortedReceived() -> ResultAction {
        guard !isEmpty, failure != nil else { return .protocolViolation }
        return .proceed
    }

    /// libpq's NULL after the results of a statement, or after an error of the Sync itself: what was deferred fails
    /// there.
    mutating func statementEnded() -> ResultAction {
        guard !isEmpty else { return .protocolViolation }
        if awaitsSync { return failure == nil ? .protocolViolation : .proceed }
        ended += 1
        guard ended > entries[current].preceding else { return .proceed }
        if entries[current].isLast {
            awaitsSync = true
        } else {
            // Segments are sent whole, so there is another entry.
            current += 1
            ended = 0
        }
        return .proceed
    }

    /// The segment is over: each of its calls has its outcome, in their order.
    mutating func syncReceived(_ report: (Call, Outcome) -> Void) -> ResultAction {
        guard !isEmpty, awaitsSync else { return .protocolViolation }
        let failure = failure
        let size = current + 1
        self.failure = nil
        current = 0
        ended = 0
        awaitsSync = false
        for index in 0..<size {
            guard let entry = entries.popFirst() else { return .protocolViolation }
            guard let failure, failure.index <= index else {
                report(entry.call, .succeeded)
                continue
            }
            report(entry.call, failure.index == index ? .failed(failure.error) : .aborted)
        }
        return .proceed
    }

    /// Shows every call in flight.
    func forEachCall(_ body: (Call) -> Void) { for entry in entries { body(entry.call) } }

    /// Whether something is true of all calls of the segment whose results come next.
    func firstSegment(allSatisfy isTrue: (Call) -> Bool) -> Bool {
        for entry in entries {
            guard isTrue(entry.call) else { return false }
            if entry.isLast { return true }
        }
        return false
    }

    /// All calls that will not be answered any more, in the order in which they were sent.
    mutating func connectionEnded() -> [Call] {
        defer { entries.removeAll() }
        return entries.map(\.call)
    }
}
