package import AgentdCore
internal import Postgres

/// Looks up an agent that the caller may see: its own, or a public one of the tenant. Finds nil for anything else.
package struct GetAgentStatement: TenantLookUp {
    package let id: Int64

    package init(id: Int64) { self.id = id }

    package func begin(in session: TenantSession, for receiver: any LookUpReceiver<AgentView?>) -> StartedLookUp {
        session.begin(query(of: session.caller), Self.view, for: receiver)
    }

    package func run<Output>(
        in session: TenantSession, _ body: (AgentView?) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output {
        try await session.run(query(of: session.caller), Self.view, body)
    }

    private static func view(_ rows: borrowing Rows) throws(DecodingFailure) -> AgentView? {
        rows.count == 0 ? nil : try AgentColumns.view(rows.record(0, 0))
    }

    private func query(of caller: Caller) -> AgentByKey {
        AgentByKey(tenantID: caller.tenantID, ownerID: caller.ownerID, id: id)
    }

    private struct AgentByKey: Query {
        static let text = StatementText.lookUp(
            "get_agent",
            """
            SELECT a FROM agents AS a
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
    }
}
