package import AgentdCore
internal import Postgres

/// What an issued key answers: the key without its secret, and the secret sealed for a retry of the same call.
package struct IssuedToken: Sendable {
    package let token: Token
    package let sealedSecret: [UInt8]
}

/// Keeps a new API key for a user of the tenant, with its audit row. `absent` when the tenant has no such active user,
/// `foreign` when it is a system administrator and the caller is none: a key must not lend more than its issuer has;
/// `exhausted` when the tenant has as many valid keys of active users as it may.
package struct IssueTokenStatement: TenantStatement {
    package let change: ChangeContext
    /// Its id, user, display name and expiry are used.
    package let token: Token
    package let secretDigest: [UInt8]
    /// The secret under a key that only the caller can make again; empty when there is no request id.
    package let sealedSecret: [UInt8]

    package init(change: ChangeContext, token: Token, secretDigest: [UInt8], sealedSecret: [UInt8]) {
        self.change = change
        self.token = token
        self.secretDigest = secretDigest
        self.sealedSecret = sealedSecret
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<IssuedToken> {
        try await session.add(
            Query(session: session, issue: self), repeatable: change.requestID != nil, lock: .tokens,
            limit: session.caller.tenant.limits.maxTokens)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "issue_token",
            """
            WITH \(Change.prior),
            holder AS (
                SELECT id, role <> 'system_admin' OR $14 AS is_equal FROM users
                WHERE tenant_id = $1 AND id = $9 AND is_active AND delete_time IS NULL
                FOR SHARE
            ),
            quota AS (SELECT max_tokens FROM tenants WHERE id = $1),
            counted AS (
                SELECT FROM tokens AS t JOIN users AS u ON u.tenant_id = t.tenant_id AND u.id = t.user_id
                WHERE t.tenant_id = $1 AND u.tenant_id = $1
                    AND \(TokenColumns.isValid("t")) AND \(TokenColumns.isOfActive("u"))
                LIMIT (SELECT max_tokens FROM quota)
            ),
            changed AS (
                INSERT INTO tokens (tenant_id, id, user_id, display_name, secret_digest, expire_time)
                SELECT $1, $8, holder.id, $10, $11, $12 FROM holder
                WHERE holder.is_equal AND NOT EXISTS (SELECT FROM prior)
                    AND ((SELECT max_tokens FROM quota) = 0
                        OR \(TenantLock.isHeld) AND (SELECT count(*) FROM counted) < (SELECT max_tokens FROM quota))
                RETURNING *
            ),
            \(Change.audited(
                "TokenService.IssueToken", objectType: "token",
                changes: "json_build_object('user_id', changed.user_id, 'display_name', changed.display_name, "
                    + "'expire_time', changed.expire_time)")),
            \(Change.remembered(
                "IssueToken",
                response: "(to_jsonb(changed) - 'secret_digest' "
                    + "|| jsonb_build_object('sealed_secret', encode($13, 'base64')))::json")),
            answer AS (
                SELECT changed.*, $13 AS sealed_secret FROM changed
                UNION ALL
                SELECT a.*, decode(p.response ->> 'sealed_secret', 'base64')
                FROM prior AS p, LATERAL \(Change.firstAnswer("IssueToken", "tokens")) AS a
            )
            SELECT CASE
                    WHEN p.method IS NOT NULL THEN \(Change.priorOutcome("IssueToken"))
                    WHEN a.id IS NOT NULL THEN 'done'
                    WHEN NOT EXISTS (SELECT FROM holder) THEN 'absent'
                    WHEN NOT (SELECT is_equal FROM holder) THEN 'foreign'
                    WHEN (SELECT count(*) FROM counted) < (SELECT max_tokens FROM quota) THEN 'unlocked'
                    ELSE 'exhausted'
                END, \(TokenColumns.list("a")), a.sealed_secret
            FROM (SELECT 1) AS one LEFT JOIN prior AS p ON true LEFT JOIN answer AS a ON true
            """, Change.parameterTypes + [.text, .int8, .text, .bytea, .timestamptz, .bytea, .bool])

        let session: TenantSession
        let issue: IssueTokenStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(issue.change, of: session, to: &parameters)
            parameters.append(text: issue.token.id)
            parameters.append(int8: issue.token.userID)
            parameters.append(text: issue.token.displayName)
            parameters.append(bytea: issue.secretDigest)
            parameters.append(timestamptz: issue.token.expireTime?.microseconds)
            parameters.append(bytea: issue.sealedSecret)
            parameters.append(bool: session.caller.role == .systemAdministrator)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<IssuedToken> {
            guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
            return try ChangeOutcome(try rows.text(0, 0), decoding: rows) { (rows) throws(DecodingFailure) in
                IssuedToken(
                    token: try TokenColumns.token(rows, 0, first: 1),
                    sealedSecret: try rows.bytea(0, 1 + TokenColumns.count))
            }
        }
    }
}
