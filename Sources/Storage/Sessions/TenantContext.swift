import AgentdCore
internal import Postgres

/// What a transaction is told before its statement: which tenant it belongs to, and who changes something. All of it is
/// gone with the transaction. It also ends what runs longer than its caller waits, and takes the lock that the
/// transaction needs, if it is free: in a statement of its own, so that the next one sees what was committed before the
/// lock was had.
struct TenantContext: TransactionContext {
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

extension StatementText {
    /// A look-up needs nothing but its tenant, and says it itself, in one more parameter, its last, which
    /// `TenantSession` binds. It shares its transaction with look-ups of other tenants, each of which sets its own.
    ///
    /// PostgreSQL computes the OFFSET of a query before it asks for the first row (`ExecLimit` in `nodeLimit.c`), and
    /// the policies ask for the tenant in a sub-select (an InitPlan), which is computed when the first row needs it:
    /// the setting is made by then. A policy without the sub-select could be asked when execution starts, which is too
    /// early. Then the statement would find nothing, since it names its tenant as well; the proof of isolation at every
    /// start has a look-up. A statement of its own for the setting costs a tenth of a look-up.
    ///
    /// - Parameter sql: Stays whole, so that PostgreSQL knows its LIMIT when it plans.
    static func lookUp(_ name: String, _ sql: String, _ types: [ParameterType]) -> StatementText {
        let tenant = setting("app.current_tenant_id", "$\(types.count + 1)")
        return StatementText(
            name, "SELECT * FROM (\(sql)) AS found OFFSET (\(tenant) IS NULL)::int", types + [.text], isLookUp: true)
    }
}

private func settings(_ values: KeyValuePairs<String, String>) -> String {
    "SELECT " + values.map(setting).joined(separator: ", ")
}

private func setting(_ name: String, _ value: String) -> String { "set_config('\(name)', \(value), true)" }
