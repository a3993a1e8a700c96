/// A call on its way through the pool, from the queue to its answer. Confined to the pool's event loop.
///
/// Unchecked: it is handed to a cancellation handler, which touches it only after it has come back to that loop.
class PendingCall: @unchecked Sendable {
    enum Stage {
        case queued
        case sent
        /// It has been answered, or its caller has gone; what still comes for it is dropped.
        case finished
    }

    let effect: Effect
    let share: QueueShare
    let deadlineNanoseconds: UInt64
    let submittedAt: UInt64
    var stage = Stage.queued
    /// Whether its statements were prepared again because the server asked for it: that helps once.
    var wasPreparedAgain = false

    init(effect: Effect, share: QueueShare, deadlineNanoseconds: UInt64, submittedAt: UInt64) {
        self.effect = effect
        self.share = share
        self.deadlineNanoseconds = deadlineNanoseconds
        self.submittedAt = submittedAt
    }

    func hasExpired(at now: UInt64) -> Bool { deadlineNanoseconds <= now }

    /// The statements of its segment, in order; the last one is the call's own.
    var texts: [StatementText] { preconditionFailure("A subclass knows its statements.") }

    /// Binds the statement at `index` of `texts`.
    func bind(_ index: Int, to parameters: inout Parameters) { preconditionFailure("A subclass binds its statements.") }

    /// Reads the rows; they count once the call succeeds.
    func read(_ rows: consuming Rows) { preconditionFailure("A subclass reads its rows.") }

    /// Answers with what was read.
    func succeed() { preconditionFailure("A subclass answers.") }

    func fail(_ error: PostgresError) { preconditionFailure("A subclass answers.") }
}

/// A call of a statement, perhaps behind another one that sets its context.
///
/// Unchecked: confined to the pool's event loop, as its superclass is.
final class StatementCall<Context: Statement, Main: Statement>: PendingCall, @unchecked Sendable {
    private let context: Context?
    private let main: Main
    private var output: Result<Main.Output, PostgresError>?
    private var continuation: UnsafeContinuation<Result<Main.Output, PostgresError>, Never>?

    init(
        context: Context?, main: Main, effect: Effect, share: QueueShare, deadlineNanoseconds: UInt64,
        submittedAt: UInt64
    ) {
        self.context = context
        self.main = main
        super.init(effect: effect, share: share, deadlineNanoseconds: deadlineNanoseconds, submittedAt: submittedAt)
    }

    /// Who waits for the answer.
    func await(_ continuation: UnsafeContinuation<Result<Main.Output, PostgresError>, Never>) {
        self.continuation = continuation
    }

    override var texts: [StatementText] { context.map { [$0.text, main.text] } ?? [main.text] }

    override func bind(_ index: Int, to parameters: inout Parameters) {
        if index == 0, let context { context.bind(to: &parameters) } else { main.bind(to: &parameters) }
    }

    override func read(_ rows: consuming Rows) {
        do {
            output = .success(try main.decode(rows))
        } catch {
            output = .failure(.decoding("\(main.text.name): \(error.description)"))
        }
    }

    override func succeed() { finish(output ?? .failure(.decoding("\(main.text.name): no answer came"))) }

    override func fail(_ error: PostgresError) { finish(.failure(error)) }

    private func finish(_ result: Result<Main.Output, PostgresError>) {
        stage = .finished
        continuation?.resume(returning: result)
        continuation = nil
    }
}

/// For calls that need no context.
struct NoContext: Statement {
    var text: StatementText { preconditionFailure("It is never sent.") }
    func bind(to parameters: inout Parameters) {}
    func decode(_ rows: borrowing Rows) throws(DecodingFailure) {}
}
