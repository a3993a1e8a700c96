package import AgentdCore
internal import Postgres

/// The tenant of the call, as it is now.
package struct GetCurrentTenantStatement: TenantStatement {
    package init() {}

    package func run(in session: TenantSession) async throws(ServiceError) -> Tenant? {
        try await session.read(Query(tenantID: session.caller.tenantID))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "get_current_tenant", "SELECT \(TenantColumns.list("t")) FROM tenants AS t WHERE t.id = $1", [.uuid])

        let tenantID: TenantID

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) { parameters.append(tenantID) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Tenant? {
            rows.count == 0 ? nil : try TenantColumns.tenant(rows, 0)
        }
    }
}
