extension PostgresPool {
    /// Runs a statement in a transaction of its own and reads its answer.
    package func run<Main: Statement>(
        _ statement: Main, in context: (any TransactionContext)? = nil, effect: Effect, deadlineNanoseconds: UInt64,
        share: QueueShare = .none
    ) async throws(PostgresError) -> Main.Output {
        let call = PendingCall(
            statement.text, in: context, effect: effect, deadlineNanoseconds: deadlineNanoseconds, share: share)
        statement.bind(to: &call.parameters)
        try await run(call)
        return try call.read { (rows) throws(DecodingFailure) in try statement.decode(rows) }
    }
}
