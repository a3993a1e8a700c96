internal import AgentdCore
internal import Postgres

/// The SQL that the changes of users share. All of them run under the lock `users` of the tenant, so that their number
/// and the question whether an administrator is left are decided on what is true.
enum UserChange {
    /// Parameters 8 to 10 of a change to an existing user: its id, the revision that it must have or NULL, and whether
    /// the caller is a system administrator.
    static let parameterTypes = Change.parameterTypes + [ParameterType.int8, .int8, .bool]

    /// The user `old` as it was, with the outcome of the change: `foreign` when it is a system administrator and the
    /// caller is none, `unsuitable` when it is deleted, and so on. Expects `prior` before it.
    /// - Parameters:
    ///   - endsRole: Whether the user would not be an active one of its role any more.
    ///   - isFixed: Whether the change is one that nobody may make.
    static func old(endsRole: String, isFixed: String) -> String {
        """
        found AS (
            SELECT * FROM users
            WHERE tenant_id = $1 AND id = $8 AND NOT EXISTS (SELECT FROM prior) AND \(TenantLock.isHeld)
            FOR NO KEY UPDATE
        ),
        old AS (
            SELECT found.*, CASE
                    WHEN role = 'system_admin' AND NOT $10 THEN 'foreign'
                    WHEN delete_time IS NOT NULL THEN 'unsuitable'
                    WHEN revision <> $9 THEN 'stale'
                    WHEN \(isFixed) THEN 'fixed'
                    WHEN is_active AND role <> 'member' AND \(endsRole) AND NOT EXISTS (
                        SELECT FROM users AS other
                        WHERE other.tenant_id = $1 AND other.id <> $8 AND other.role = found.role
                            AND other.is_active AND other.delete_time IS NULL
                    ) THEN 'protected'
                    ELSE 'done'
                END AS outcome
            FROM found
        )
        """
    }

    /// Expects the expressions `prior` and `changed` before it.
    /// - Parameters:
    ///   - otherwise: The outcome when nothing was changed.
    ///   - tables: Of what `otherwise` is about, joined with `LEFT JOIN`.
    static func answer(_ method: String, otherwise: String, joining tables: String = "") -> String {
        """
        answer AS (
            SELECT * FROM changed
            UNION ALL
            SELECT u.* FROM prior AS p, LATERAL \(Change.firstAnswer(method, "users")) AS u
        )
        SELECT CASE
                WHEN p.method IS NOT NULL THEN \(Change.priorOutcome(method))
                WHEN u.id IS NOT NULL THEN 'done'
                WHEN NOT \(TenantLock.isHeld) THEN 'unlocked'
                ELSE \(otherwise)
            END,
            \(UserColumns.list("u"))
        FROM (SELECT 1) AS one LEFT JOIN prior AS p ON true LEFT JOIN answer AS u ON true \(tables)
        """
    }

    /// The answer of a change to an existing user. Expects `old` as well.
    static func answer(_ method: String) -> String {
        answer(method, otherwise: "coalesce(old.outcome, 'absent')", joining: "LEFT JOIN old ON true")
    }

    static func bind(
        _ change: ChangeContext, id: Int64, revision: Int64?, of session: TenantSession, to parameters: inout Parameters
    ) {
        Change.bind(change, of: session, to: &parameters)
        parameters.append(int8: id)
        parameters.append(int8: revision)
        parameters.append(bool: session.caller.role == .systemAdministrator)
    }

    static func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<User> {
        guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
        return try ChangeOutcome(try rows.text(0, 0), decoding: rows) { (rows) throws(DecodingFailure) in
            try UserColumns.user(rows, 0, first: 1)
        }
    }
}
