package import AgentdCore
internal import Postgres

/// Reads an agent that the caller may see: its own, or a public one of the tenant. Answers nil for anything else.
package struct GetAgentStatement: TenantStatement {
    package let id: Int64

    package init(id: Int64) { self.id = id }

    package func run(in session: TenantSession) async throws(ServiceError) -> Agent? {
        try await session.read(Query(tenantID: session.caller.tenantID, ownerID: session.caller.ownerID, id: id))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "get_agent",
            """
            SELECT \(AgentColumns.list("a")) FROM agents AS a
            WHERE a.tenant_id = $1 AND a.id = $2 AND a.is_active AND (a.owner_id = $3 OR a.is_public)
            """, [.uuid, .int8, .int8])

        let tenantID: TenantID
        let ownerID: Int64
        let id: Int64

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(tenantID)
            parameters.append(int8: id)
            parameters.append(int8: ownerID)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Agent? {
            rows.count == 0 ? nil : try AgentColumns.agent(rows, 0)
        }
    }
}
