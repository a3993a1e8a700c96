package import AgentdCore
internal import Postgres

/// Creates a user in the tenant of the call, with its audit row. `EMAIL_TAKEN` when the tenant has the email already,
/// `exhausted` when it has as many users as it may; those that are deleted do not count.
package struct CreateUserStatement: TenantStatement {
    package let change: ChangeContext
    /// Its email, display name and role are used.
    package let user: User

    package init(change: ChangeContext, user: User) {
        self.change = change
        self.user = user
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<User> {
        try await session.write(
            Query(session: session, change: change, user: user), repeatable: change.requestID != nil, lock: .users)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "create_user",
            """
            WITH \(Change.prior),
            quota AS (SELECT max_users FROM tenants WHERE id = $1),
            counted AS (
                SELECT FROM users WHERE tenant_id = $1 AND delete_time IS NULL LIMIT (SELECT max_users FROM quota)
            ),
            changed AS (
                INSERT INTO users (tenant_id, email, display_name, role)
                SELECT $1, $8, $9, $10
                WHERE \(TenantLock.isHeld) AND NOT EXISTS (SELECT FROM prior)
                    AND ((SELECT max_users FROM quota) = 0
                        OR (SELECT count(*) FROM counted) < (SELECT max_users FROM quota))
                RETURNING *
            ),
            \(Change.audited(
                "UserService.CreateUser", objectType: "user",
                changes: "json_build_object('email', changed.email, 'role', changed.role)")),
            \(Change.remembered("CreateUser")),
            \(UserChange.answer("CreateUser", otherwise: "'exhausted'"))
            """, Change.parameterTypes + [.text, .text, .text])

        let session: TenantSession
        let change: ChangeContext
        let user: User

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(change, of: session, to: &parameters)
            parameters.append(text: user.email)
            parameters.append(text: user.displayName)
            parameters.append(text: user.role.databaseName)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<User> {
            try UserChange.decode(rows)
        }
    }
}
