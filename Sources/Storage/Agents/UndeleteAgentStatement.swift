package import AgentdCore
internal import Postgres

/// Takes back the deletion of an agent of the caller's own, with its audit row. `unsuitable` when it is not deleted,
/// `exhausted` when the tenant has as many as it may.
package struct UndeleteAgentStatement: TenantStatement {
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
            let query = Query(session: session, undelete: self)
            return try await session.add(
                query, repeatable: change.requestID != nil, lock: .agents,
                limit: session.caller.tenant.limits.maxAgents)
        }
    }

    private struct Query: Statement {
        static let text = StatementText(
            "undelete_agent",
            """
            WITH \(Change.prior),
            \(AgentQuota.expression),
            visible AS (
                SELECT owner_id, is_active, revision FROM agents
                WHERE tenant_id = $1 AND id = $8 AND (\(AgentChange.isOwn) OR is_public AND is_active)
            ),
            old AS (
                SELECT * FROM agents
                WHERE tenant_id = $1 AND id = $8 AND \(AgentChange.isOwn) AND NOT is_active
                    AND NOT EXISTS (SELECT FROM prior)
                FOR NO KEY UPDATE
            ),
            changed AS (
                UPDATE agents AS a SET is_active = true, delete_time = NULL FROM old, quota
                WHERE a.tenant_id = $1 AND a.id = old.id AND ($9::bigint IS NULL OR old.revision = $9)
                    AND quota.outcome = 'done'
                RETURNING a.*
            ),
            \(Change.audited(
                "AgentService.UndeleteAgent", objectType: "agent",
                changes: AgentChange.traced, from: "changed, old")),
            \(Change.remembered("UndeleteAgent")),
            \(AgentChange.answer(
                "UndeleteAgent",
                refusal: "CASE WHEN v.is_active THEN 'unsuitable' WHEN v.revision <> $9 THEN 'stale' "
                    + "WHEN (SELECT outcome <> 'done' FROM quota) THEN (SELECT outcome FROM quota) "
                    + "ELSE 'stale' END"))
            """, AgentChange.parameterTypes)

        let session: TenantSession
        let undelete: UndeleteAgentStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(undelete.change, of: session, to: &parameters)
            parameters.append(int8: undelete.id)
            parameters.append(int8: undelete.revision)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
            try AgentChange.decode(rows)
        }
    }
}
