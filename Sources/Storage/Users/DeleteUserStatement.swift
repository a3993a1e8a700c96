package import AgentdCore
internal import Postgres

/// Marks a user of the tenant deleted and revokes its keys, with one audit row. `foreign` when it is a system
/// administrator and the caller is none, `unsuitable` when it is deleted already, and `protected` when no active user
/// of its administrative role would be left.
package struct DeleteUserStatement: TenantStatement {
    package let change: ChangeContext
    package let id: Int64
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, id: Int64, revision: Int64?) {
        self.change = change
        self.id = id
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<User> {
        try await session.write(
            Query(session: session, deletion: self), repeatable: change.requestID != nil, lock: .users)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "delete_user",
            """
            WITH \(Change.prior),
            \(UserChange.old(endsRole: "true", isFixed: "false")),
            changed AS (
                UPDATE users AS u SET is_active = false, delete_time = now()
                FROM old WHERE u.tenant_id = $1 AND u.id = old.id AND old.outcome = 'done'
                RETURNING u.*
            ),
            revoked AS (
                UPDATE tokens AS t SET revoke_time = now()
                FROM changed WHERE t.tenant_id = $1 AND t.user_id = changed.id AND \(TokenColumns.isValid("t"))
                RETURNING t.id
            ),
            \(Change.audited(
                "UserService.DeleteUser", objectType: "user",
                changes: "(changed_fields(row_to_json(old), row_to_json(changed))::jsonb || "
                    + "jsonb_build_object('valid_tokens', "
                    + "jsonb_build_object('before', (SELECT count(*) FROM revoked), 'after', 0)))::json",
                from: "changed, old")),
            \(Change.remembered("DeleteUser")),
            \(UserChange.answer("DeleteUser"))
            """, UserChange.parameterTypes)

        let session: TenantSession
        let deletion: DeleteUserStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            UserChange.bind(
                deletion.change, id: deletion.id, revision: deletion.revision, of: session, to: &parameters)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<User> {
            try UserChange.decode(rows)
        }
    }
}
