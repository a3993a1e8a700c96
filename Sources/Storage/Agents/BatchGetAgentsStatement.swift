package import AgentdCore
internal import Postgres

/// Reads those of some agents that the caller may see, in no particular order, each once.
package struct BatchGetAgentsStatement: TenantStatement {
    package let ids: [Int64]

    package init(ids: [Int64]) { self.ids = ids }

    package func run(in session: TenantSession) async throws(ServiceError) -> [Agent] {
        try await session.read(Query(tenantID: session.caller.tenantID, ownerID: session.caller.ownerID, ids: ids))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "batch_get_agents",
            """
            SELECT \(AgentColumns.list("a")) FROM agents AS a
            WHERE a.tenant_id = $1 AND a.id = ANY ($2) AND a.is_active AND (a.owner_id = $3 OR a.is_public)
            """, [.uuid, .int8Array, .int8])

        let tenantID: TenantID
        let ownerID: Int64
        let ids: [Int64]

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(tenantID)
            parameters.append(int8Array: ids)
            parameters.append(int8: ownerID)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> [Agent] {
            var agents: [Agent] = []
            agents.reserveCapacity(rows.count)
            for row in 0..<rows.count { agents.append(try AgentColumns.agent(rows, row)) }
            return agents
        }
    }
}
