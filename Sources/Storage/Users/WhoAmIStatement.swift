package import AgentdCore
internal import Postgres

/// The caller itself: its user and its tenant, as they are now.
package struct WhoAmIStatement: TenantStatement {
    package init() {}

    package func run(in session: TenantSession) async throws(ServiceError) -> (user: User, tenant: Tenant)? {
        try await session.read(Query(tenantID: session.caller.tenantID, userID: session.caller.userID))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "who_am_i",
            """
            SELECT \(UserColumns.list("u")), \(TenantColumns.list("t"))
            FROM users AS u JOIN tenants AS t ON t.id = u.tenant_id
            WHERE u.tenant_id = $1 AND u.id = $2
            """, [.uuid, .int8])

        let tenantID: TenantID
        let userID: Int64

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(tenantID)
            parameters.append(int8: userID)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> (user: User, tenant: Tenant)? {
            guard rows.count > 0 else { return nil }
            return (
                try UserColumns.user(rows, 0), try TenantColumns.tenant(rows, 0, first: UserColumns.count)
            )
        }
    }
}
