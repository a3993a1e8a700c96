package import AgentdCore
internal import Postgres

/// Revokes an API key, with its audit row: the caller's own, or by an administrator any of the tenant. A key that is
/// revoked already is answered as it is. `absent` for any other key, `foreign` for a system administrator's when the
/// caller is an administrator of the tenant alone.
package struct RevokeTokenStatement: TenantStatement {
    package let change: ChangeContext
    package let id: String

    package init(change: ChangeContext, id: String) {
        self.change = change
        self.id = id
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<Token> {
        // Revoking twice is the same as revoking once.
        try await session.write(Query(session: session, change: change, id: id), repeatable: true)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "revoke_token",
            """
            WITH \(Change.prior),
            visible AS (
                SELECT t.id, u.role <> 'system_admin' OR $10 AS is_changeable
                FROM tokens AS t JOIN users AS u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
                WHERE t.tenant_id = $1 AND t.id = $8 AND ($9 OR t.user_id = $2 AND $1 = $7)
            ),
            old AS (
                SELECT t.* FROM tokens AS t, visible AS v
                WHERE t.tenant_id = $1 AND t.id = v.id AND v.is_changeable AND NOT EXISTS (SELECT FROM prior)
                FOR NO KEY UPDATE OF t
            ),
            revoked AS (
                UPDATE tokens AS t SET revoke_time = now()
                FROM old WHERE t.tenant_id = $1 AND t.id = old.id AND old.revoke_time IS NULL
                RETURNING t.*
            ),
            \(Change.audited(
                "TokenService.RevokeToken", objectType: "token",
                changes: "changed_fields(row_to_json(old), row_to_json(changed))",
                from: "revoked AS changed, old")),
            changed AS (SELECT * FROM revoked UNION ALL SELECT * FROM old WHERE old.revoke_time IS NOT NULL),
            \(Change.remembered("RevokeToken", response: "(to_jsonb(changed) - 'secret_digest')::json")),
            answer AS (
                SELECT * FROM changed
                UNION ALL
                SELECT a.* FROM prior AS p, LATERAL \(Change.firstAnswer("RevokeToken", "tokens")) AS a
            )
            SELECT CASE
                    WHEN p.method IS NOT NULL THEN \(Change.priorOutcome("RevokeToken"))
                    WHEN a.id IS NOT NULL THEN 'done'
                    WHEN EXISTS (SELECT FROM visible) THEN 'foreign'
                    ELSE 'absent'
                END, \(TokenColumns.list("a"))
            FROM (SELECT 1) AS one LEFT JOIN prior AS p ON true LEFT JOIN answer AS a ON true
            """, Change.parameterTypes + [.text, .bool, .bool])

        let session: TenantSession
        let change: ChangeContext
        let id: String

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(change, of: session, to: &parameters)
            parameters.append(text: id)
            parameters.append(bool: session.caller.isAdministrator)
            parameters.append(bool: session.caller.role == .systemAdministrator)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Token> {
            guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
            return try ChangeOutcome(try rows.text(0, 0), decoding: rows) { (rows) throws(DecodingFailure) in
                try TokenColumns.token(rows, 0, first: 1)
            }
        }
    }
}
