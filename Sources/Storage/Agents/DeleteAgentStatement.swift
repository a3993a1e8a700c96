package import AgentdCore
internal import Postgres

/// Marks an agent of the caller's own deleted, with its audit row.
package struct DeleteAgentStatement: TenantStatement {
    package let change: ChangeContext
    package let id: Int64
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, id: Int64, revision: Int64?) {
        self.change = change
        self.id = id
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<Agent> {
        try await change.settled { () async throws(ServiceError) in
            try await session.write(Query(session: session, delete: self), repeatable: change.requestID != nil)
        }
    }

    private struct Query: Statement {
        static let text = StatementText(
            "delete_agent",
            """
            WITH \(Change.prior),
            visible AS (
                SELECT owner_id FROM agents
                WHERE tenant_id = $1 AND id = $8 AND is_active AND (\(AgentChange.isOwn) OR is_public)
            ),
            old AS (
                SELECT * FROM agents
                WHERE tenant_id = $1 AND id = $8 AND \(AgentChange.isOwn) AND is_active
                    AND NOT EXISTS (SELECT FROM prior)
                FOR NO KEY UPDATE
            ),
            changed AS (
                UPDATE agents AS a SET is_active = false, delete_time = now() FROM old
                WHERE a.tenant_id = $1 AND a.id = old.id AND ($9::bigint IS NULL OR old.revision = $9)
                RETURNING a.*
            ),
            \(Change.audited(
                "AgentService.DeleteAgent", objectType: "agent",
                changes: AgentChange.traced, from: "changed, old")),
            \(Change.remembered("DeleteAgent")),
            \(AgentChange.answer("DeleteAgent", refusal: "'stale'"))
            """, AgentChange.parameterTypes)

        let session: TenantSession
        let delete: DeleteAgentStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(delete.change, of: session, to: &parameters)
            parameters.append(int8: delete.id)
            parameters.append(int8: delete.revision)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
            try AgentChange.decode(rows)
        }
    }
}
