package import AgentdCore
internal import Postgres

/// A statement that runs within one tenant: under its row-level security, and with the tenant in its text as well.
package protocol TenantStatement: Sendable {
    associatedtype Answer: Sendable
    /// Runs it; only `TenantSession` calls this.
    func run(in session: TenantSession) async throws(ServiceError) -> Answer
}

/// The database as one call of one tenant sees it. Everything runs in a transaction whose tenant is the caller's: the
/// setting is made before the first row is looked at, in the same segment of the pipeline, and is gone with the
/// transaction.
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
            if let output = try await run(first, effect: .write) { return output }
            return try await run(second, effect: .write)
        }
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
        try await Attempts.run(repeatable: repeatable, deadline: deadline) { () async throws(PostgresError) in
            try await run(statement, effect: effect, lockKey: lockKey)
        }
    }

    private func run<S: Statement>(
        _ statement: S, effect: Effect, lockKey: Int64? = nil
    ) async throws(PostgresError) -> S.Output {
        let call = self.call(statement, effect: effect, lockKey: lockKey)
        try await pool.run(call)
        return try call.read { (rows) throws(DecodingFailure) in try statement.decode(rows) }
    }

    /// A query on its way, in a transaction that belongs to the caller's tenant.
    func call(_ query: some Query, effect: Effect, lockKey: Int64? = nil) -> PendingCall {
        let text = query.text
        precondition(!text.isLookUp || effect == .read && lockKey == nil, "\(text.name) only looks up.")
        let context =
            text.isLookUp ? nil : TenantContext(tenantID: caller.tenantID, userID: caller.userID, lockKey: lockKey)
        let call = PendingCall(
            text, in: context, effect: effect, deadlineNanoseconds: deadline.uptimeNanoseconds,
            share: QueueShare(of: caller))
        query.bind(to: &call.parameters)
        if text.isLookUp { call.parameters.append(textOf: caller.tenantID.value) }
        return call
    }
}

extension ChangeOutcome {
    fileprivate var isExhausted: Bool {
        if case .exhausted = self { true } else { false }
    }
}
