package import AgentdCore
internal import Postgres

/// Creates a user in the tenant of the call, with its audit row. `EMAIL_TAKEN` when the tenant has the email already.
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
            Query(session: session, change: change, user: user), repeatable: change.requestID != nil)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "create_user",
            """
            WITH \(Change.prior),
            changed AS (
                INSERT INTO users (tenant_id, email, display_name, role)
                SELECT $1, $8, $9, $10 WHERE NOT EXISTS (SELECT FROM prior)
                RETURNING *
            ),
            \(Change.audited(
                "UserService.CreateUser", objectType: "user",
                changes: "json_build_object('email', changed.email, 'role', changed.role)")),
            \(Change.remembered("CreateUser"))
            SELECT 'done', \(UserColumns.list("u")) FROM changed AS u
            UNION ALL
            SELECT \(Change.priorOutcome("CreateUser")), \(UserColumns.list("u"))
            FROM prior AS p, LATERAL \(Change.firstAnswer("CreateUser", "users")) AS u
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
            guard rows.count == 1 else { throw DecodingFailure("a change answered \(rows.count) rows") }
            return try ChangeOutcome(
                try rows.text(0, 0), decoding: rows
            ) { (rows) throws(DecodingFailure) in try UserColumns.user(rows, 0, first: 1) }
        }
    }
}
