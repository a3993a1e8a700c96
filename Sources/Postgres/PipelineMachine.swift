/// What is in flight on one connection in pipeline mode, without libpq: results go in, each returns what is to be done.
///
/// A segment is one call: the statements to prepare first, then perhaps the one that sets the context, then the
/// call's own, and a Sync. libpq gives the results of each statement and then NULL; of the Sync one result and no
/// NULL. After an error the rest of the segment is aborted up to its Sync, and the next segment is whole again.
struct PipelineMachine<Call>: ~Copyable {
    private struct Segment {
        let call: Call
        /// Statements before the call's own.
        let preceding: Int
        var ended = 0
        var error: ServerError?

        /// All statements have ended; the Sync comes next.
        var awaitsSync: Bool { ended > preceding }
    }

    /// In the order in which they were sent, from `first` on.
    private var segments: [Segment] = []
    private var first = 0

    /// Segments that are not answered.
    var count: Int { segments.count - first }

    var isEmpty: Bool { count == 0 }

    /// - Parameter preceding: Statements that were sent before the call's own.
    mutating func segmentSent(_ call: Call, preceding: Int) {
        segments.append(Segment(call: call, preceding: preceding))
    }

    enum RowsAction {
        /// The answer of the call; it counts once the Sync has come.
        case answer(Call)
        /// The result of a statement before it.
        case discard
        /// Not what was sent: the connection cannot be understood any more.
        case protocolViolation
    }

    mutating func rowsReceived() -> RowsAction {
        guard !isEmpty, !segments[first].awaitsSync else { return .protocolViolation }
        let segment = segments[first]
        return segment.ended == segment.preceding ? .answer(segment.call) : .discard
    }

    enum ResultAction: Equatable {
        case proceed
        case protocolViolation
    }

    mutating func errorReceived(_ error: ServerError) -> ResultAction {
        guard !isEmpty else { return .protocolViolation }
        // The first error says why; those that follow from it do not.
        if segments[first].error == nil { segments[first].error = error }
        return .proceed
    }

    mutating func abortedReceived() -> ResultAction {
        guard !isEmpty, segments[first].error != nil else { return .protocolViolation }
        return .proceed
    }

    /// libpq's NULL after the results of a statement, or after an error of the Sync itself: what was deferred fails
    /// there.
    mutating func statementEnded() -> ResultAction {
        guard !isEmpty else { return .protocolViolation }
        if segments[first].awaitsSync { return segments[first].error == nil ? .protocolViolation : .proceed }
        segments[first].ended += 1
        return .proceed
    }

    enum SyncAction {
        /// Committed.
        case succeeded(Call)
        /// Nothing of it was kept.
        case failed(Call, ServerError)
        case protocolViolation
    }

    mutating func syncReceived() -> SyncAction {
        guard !isEmpty, segments[first].awaitsSync else { return .protocolViolation }
        let segment = segments[first]
        first += 1
        if first == segments.count || first >= Self.compactionThreshold {
            segments.removeFirst(first)
            first = 0
        }
        guard let error = segment.error else { return .succeeded(segment.call) }
        return .failed(segment.call, error)
    }

    /// Answered segments that may stay in the array before it is compacted.
    private static var compactionThreshold: Int { 256 }

    /// Shows every call in flight.
    func forEachCall(_ body: (Call) -> Void) { for segment in segments[first...] { body(segment.call) } }

    /// All calls that will not be answered any more, in the order in which they were sent.
    mutating func connectionEnded() -> [Call] {
        defer {
            segments.removeAll()
            first = 0
        }
        return segments[first...].map(\.call)
    }
}
