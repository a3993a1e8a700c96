package import AgentdCore
internal import Postgres

/// A statement that runs within one tenant: under its row-level security, and with the tenant in its text as well.
package protocol TenantStatement: Sendable {
    associatedtype Answer: Sendable
    /// Runs it; only `TenantSession` calls this.
    func run(in session: TenantSession) async throws(ServiceError) -> Answer
}

/// The database as one call of one tenant sees it. Everything runs in a transaction whose tenant is the caller's: the
/// setting is made first, in the same segment of the pipeline, and is gone with the transaction.
///
/// Used on the event loop that its pool belongs to.
package struct TenantSession {
    package let caller: Caller
    /// `x-request-id` of the call, for the audit trail.
    package let callID: CallID
    package let deadline: Deadline
    private let database: Database

    init(database: Database, caller: Caller, callID: CallID, deadline: Deadline) {
        self.database = database
        self.caller = caller
        self.callID = callID
        self.deadline = deadline
    }

    var pool: PostgresPool { database.tenantPool }

    package func run<S: TenantStatement>(_ statement: S) async throws(ServiceError) -> S.Answer {
        try await statement.run(in: self)
    }

    func read<S: Statement>(_ statement: S) async throws(ServiceError) -> S.Output {
        try await execute(statement, effect: .read, repeatable: true, lockKey: nil)
    }

    /// - Parameter repeatable: Whether running it again has no second effect, as with a request id.
    func write<S: Statement>(_ statement: S, repeatable: Bool) async throws(ServiceError) -> S.Output {
        try await execute(statement, effect: .write, repeatable: repeatable, lockKey: nil)
    }

    /// Runs a change, and another one when that did nothing and says so by nil. For whoever calls they are one: where
    /// the first may have happened without a word of it, what becomes of the second does not hide that.
    func write<First: Statement, Second: Statement>(
        _ first: First, otherwise second: Second, repeatable: Bool
    ) async throws(ServiceError) -> Second.Output where First.Output == Second.Output? {
        try await Attempts.run(repeatable: repeatable, deadline: deadline) { () async throws(PostgresError) in
            if let output = try await write(first) { return output }
            return try await write(second)
        }
    }

    private func write<S: Statement>(_ statement: S) async throws(PostgresError) -> S.Output {
        try await pool.run(
            statement, in: context(of: statement.text, effect: .write), effect: .write,
            deadlineNanoseconds: deadline.uptimeNanoseconds, share: QueueShare(of: caller))
    }

    /// Runs a change under a lock, which is held from before the statement to the end of its transaction: the statement
    /// sees everything that was committed under the same lock before. While another transaction holds it, the change is
    /// tried again and again.
    func write<S: Statement, Value>(
        _ statement: S, repeatable: Bool, lock: TenantLock
    ) async throws(ServiceError) -> ChangeOutcome<Value> where S.Output == ChangeOutcome<Value> {
        let key = lock.key(of: caller.tenantID)
        return try await database.turns.run(key) { () async throws(ServiceError) in
            while true {
                let outcome = try await execute(statement, effect: .write, repeatable: repeatable, lockKey: key)
                guard case .unlocked = outcome else { return outcome }
                try await pauseForLock()
            }
        }
    }

    /// Runs a change that adds one of what its tenant may have a limited number of; `exhausted` when it has as many. A
    /// statement that is sent without the lock adds only where there is no limit, and else says `exhausted`, which it
    /// can tell, or `unlocked`. So changes take turns only where there is a limit, and until it is reached.
    /// - Parameters:
    ///   - limit: As far as is known here: 0 for none.
    ///   - unlimited: What is sent instead when there is none.
    func add<S: Statement, Value>(
        _ statement: S, repeatable: Bool, lock: TenantLock, limit: Int64,
        unlimited: (() async throws(ServiceError) -> ChangeOutcome<Value>)? = nil
    ) async throws(ServiceError) -> ChangeOutcome<Value> where S.Output == ChangeOutcome<Value> {
        let key = lock.key(of: caller.tenantID)
        if limit == 0 || database.turns.isExhausted(key) {
            let outcome =
                if limit == 0, let unlimited {
                    try await unlimited()
                } else {
                    try await write(statement, repeatable: repeatable)
                }
            database.turns.note(key, isExhausted: outcome.isExhausted)
            guard case .unlocked = outcome else { return outcome }
        }
        let outcome = try await write(statement, repeatable: repeatable, lock: lock)
        database.turns.note(key, isExhausted: outcome.isExhausted)
        return outcome
    }

    /// Others hold a lock for about as long as a commit takes.
    private static let lockPauseNanoseconds: ClosedRange<UInt64> = 500_000...8_000_000

    private func pauseForLock() async throws(ServiceError) {
        do {
            try await Task.sleep(nanoseconds: .random(in: Self.lockPauseNanoseconds))
        } catch {
            throw .cancelled
        }
        if deadline.hasPassed(at: MonotonicClock.now) { throw .deadlineExceeded }
    }

    private func execute<S: Statement>(
        _ statement: S, effect: Effect, repeatable: Bool, lockKey: Int64?
    ) async throws(ServiceError) -> S.Output {
        let context = context(of: statement.text, effect: effect, lockKey: lockKey)
        let share = QueueShare(of: caller)
        return try await Attempts.run(repeatable: repeatable, deadline: deadline) { () async throws(PostgresError) in
            try await pool.run(
                statement, in: context, effect: effect, deadlineNanoseconds: deadline.uptimeNanoseconds, share: share)
        }
    }

    func context(of text: StatementText, effect: Effect, lockKey: Int64? = nil) -> any TransactionContext {
        text.isLookUp && effect == .read
            ? LookUpTenantContext(tenantID: caller.tenantID)
            : TenantContext(tenantID: caller.tenantID, userID: caller.userID, lockKey: lockKey)
    }
}

extension ChangeOutcome {
    fileprivate var isExhausted: Bool {
        if case .exhausted = self { true } else { false }
    }
}

/// What a transaction is told before its statement, in the one place that says which tenant it belongs to. All of it is
/// gone with the transaction.
private func settings(_ values: KeyValuePairs<String, String>) -> String {
    "SELECT " + values.map(setting).joined(separator: ", ")
}

private func setting(_ name: String, _ value: String) -> String { "set_config('\(name)', \(value), true)" }

/// A look-up needs nothing else. It shares its transaction with look-ups of other tenants, and each of them sets its
/// own tenant just before its statement.
struct LookUpTenantContext: TransactionContext {
    /// Without a row in its answer, which nobody reads: describing, sending and reading one is a fiftieth of a look-up.
    private static let text = StatementText(
        "set_tenant", "SELECT WHERE \(setting("app.current_tenant_id", "$1")) IS NULL", [.text])

    let tenantID: TenantID

    var text: StatementText { Self.text }

    func bind(to parameters: inout Parameters, timeoutMilliseconds: Int) {
        parameters.append(textOf: tenantID.value)
    }
}

/// Every other statement needs to have more said: who changes something. It also ends what runs longer than its caller
/// waits, and takes the lock that the transaction needs, if it is free: in a statement of its own, so that the next one
/// sees what was committed before the lock was had.
private struct TenantContext: TransactionContext {
    private static let plain = StatementText(
        "set_tenant_context",
        settings(["app.current_tenant_id": "$1", "app.current_user_id": "$2", "statement_timeout": "$3"]),
        [.text, .text, .text])
    private static let locking = StatementText(
        "set_tenant_context_locking",
        settings([
            "app.current_tenant_id": "$1", "app.current_user_id": "$2", "statement_timeout": "$3",
            "app.tenant_lock": "CASE WHEN pg_try_advisory_xact_lock($4) THEN 'held' ELSE '' END",
        ]), [.text, .text, .text, .int8])

    let tenantID: TenantID
    let userID: Int64
    let lockKey: Int64?

    var text: StatementText { lockKey == nil ? Self.plain : Self.locking }

    func bind(to parameters: inout Parameters, timeoutMilliseconds: Int) {
        parameters.append(textOf: tenantID.value)
        parameters.append(text: String(userID))
        parameters.append(text: String(timeoutMilliseconds))
        if let lockKey { parameters.append(int8: lockKey) }
    }
}
