package import AgentdCore
internal import Postgres

/// Reads those of some agents that the caller may see, in no particular order, each once.
package struct BatchGetAgentsStatement: TenantLookUp {
    package let ids: [Int64]

    package init(ids: [Int64]) { self.ids = ids }

    package func begin(in session: TenantSession, for receiver: any LookUpReceiver<[AgentView]>) -> StartedLookUp {
        session.begin(query(of: session.caller), AgentColumns.views, for: receiver)
    }

    package func run<Output>(
        in session: TenantSession, _ body: ([AgentView]) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output {
        try await session.run(query(of: session.caller), AgentColumns.views, body)
    }

    private func query(of caller: Caller) -> AgentsByKey {
        AgentsByKey(tenantID: caller.tenantID, ownerID: caller.ownerID, ids: ids)
    }

    private struct AgentsByKey: Query {
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
    }
}
