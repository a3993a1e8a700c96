/// One statement on its way through the pool, from the queue to its answer, perhaps behind another one that sets the
/// context of its transaction. Confined to the pool's event loop.
///
/// Unchecked: it is handed to a cancellation handler, which touches it only after it has come back to that loop.
package final class PendingCall: @unchecked Sendable {
    enum Stage {
        case waiting
        case sent
        /// It has been answered, or its caller has gone; what still comes for it is dropped.
        case finished
    }

    let text: StatementText
    let context: (any TransactionContext)?
    /// Of the context; kept, since it is asked for several times.
    let contextText: StatementText?
    let effect: Effect
    let share: QueueShare
    let deadlineNanoseconds: UInt64
    /// Of the statement, in the order of its text's types.
    package var parameters = Parameters()
    var stage = Stage.waiting
    private(set) var submittedAt: UInt64 = 0
    var sentAt: UInt64 = 0
    /// Whether its statements were prepared again because the server asked for it: that helps once.
    var wasPreparedAgain = false
    /// Whether it ran again because a request to cancel another call may have hit it: that happens once.
    var wasRunAgain = false
    /// Another call of its segment failed before it: it gets a segment of its own.
    var runsAlone = false
    /// How often it may still go out: again when it got lost with its connection.
    private var attemptsLeft = 1
    private var rows: Rows?
    private var completion: ((PendingCall, PostgresError?) -> Void)?

    /// - Parameters:
    ///   - deadlineNanoseconds: Of the monotonic clock; afterwards nothing is sent for it any more.
    ///   - share: Whose turn it takes when calls have to wait.
    package init(
        _ text: StatementText, in context: (any TransactionContext)? = nil, effect: Effect,
        deadlineNanoseconds: UInt64, share: QueueShare = .none
    ) {
        self.text = text
        self.context = context
        contextText = context?.text
        self.effect = effect
        self.share = share
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    func hasExpired(at now: UInt64) -> Bool { deadlineNanoseconds <= now }

    /// Whether it may stand in one segment with others: it looks a few rows up by their key, and changes nothing.
    var canShareSegment: Bool { text.isLookUp && effect == .read && !runsAlone }

    /// - Parameter completion: Called once, on the loop: without an error there are rows to take.
    func await(
        _ completion: @escaping (PendingCall, PostgresError?) -> Void, attempts: Int, since now: UInt64
    ) {
        self.completion = completion
        attemptsLeft = attempts
        stage = .waiting
        submittedAt = now
    }

    /// Whether it goes out once more now that its connection is gone.
    func takesNextAttempt(at now: UInt64) -> Bool {
        guard stage != .finished, attemptsLeft > 1 else { return false }
        attemptsLeft -= 1
        stage = .waiting
        submittedAt = now
        return true
    }

    /// They count once the call succeeds.
    func received(_ rows: consuming Rows) { self.rows = consume rows }

    func succeed() { finish(rows == nil ? .decoding("\(text.name): no answer came") : nil) }

    /// Unless it is over already.
    func fail(_ error: PostgresError) {
        if stage != .finished { finish(error) }
    }

    /// Its caller does not wait any more: it is not sent, or what comes for it is dropped. On the loop.
    package func cancel() { fail(.cancelled) }

    private func finish(_ error: PostgresError?) {
        stage = .finished
        if error != nil { rows = nil }
        let completion = completion
        self.completion = nil
        completion?(self, error)
    }

    /// Reads the rows of a call that succeeded, once.
    package func read<Output>(
        _ body: (borrowing Rows) throws(DecodingFailure) -> Output
    ) throws(PostgresError) -> Output {
        guard let rows = rows.take() else { throw .decoding("\(text.name): there are no rows") }
        do {
            return try body(rows)
        } catch {
            throw .decoding("\(text.name): \(error.description)")
        }
    }
}

/// A statement that tells a transaction what it needs to know before the next one runs.
package protocol TransactionContext: Sendable {
    var text: StatementText { get }

    /// Appends one parameter for each of the text's types, in order, at the moment of sending.
    /// - Parameter timeoutMilliseconds: How long PostgreSQL may work on the statement behind it.
    func bind(to parameters: inout Parameters, timeoutMilliseconds: Int)
}
