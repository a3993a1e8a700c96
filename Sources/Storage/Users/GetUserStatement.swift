package import AgentdCore
internal import Postgres

/// Reads a user of the tenant, also a deleted one. Answers nil when there is none with this id.
package struct GetUserStatement: TenantStatement {
    package let id: Int64

    package init(id: Int64) { self.id = id }

    package func run(in session: TenantSession) async throws(ServiceError) -> User? {
        try await session.read(Query(tenantID: session.caller.tenantID, id: id))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "get_user", "SELECT \(UserColumns.list("u")) FROM users AS u WHERE u.tenant_id = $1 AND u.id = $2",
            [.uuid, .int8])

        let tenantID: TenantID
        let id: Int64

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(tenantID)
            parameters.append(int8: id)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> User? {
            rows.count == 0 ? nil : try UserColumns.user(rows, 0)
        }
    }
}
