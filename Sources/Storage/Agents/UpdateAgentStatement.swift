package import AgentdCore
internal import Postgres

/// The fields of an agent that its owner may change.
package struct AgentFields: OptionSet, Sendable, Hashable {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package static let name = AgentFields(rawValue: 1)
    package static let description = AgentFields(rawValue: 2)
    package static let type = AgentFields(rawValue: 4)
    package static let status = AgentFields(rawValue: 8)
    package static let systemPrompt = AgentFields(rawValue: 16)
    package static let config = AgentFields(rawValue: 32)
    package static let isPublic = AgentFields(rawValue: 64)
    package static let all = AgentFields(rawValue: 127)
}

/// Changes some fields of an agent of the caller's own, with its audit row.
package struct UpdateAgentStatement: TenantStatement {
    package let change: ChangeContext
    /// Its id says which; of its other fields those in `fields` are used.
    package let agent: Agent
    package let fields: AgentFields
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, agent: Agent, fields: AgentFields, revision: Int64?) {
        self.change = change
        self.agent = agent
        self.fields = fields
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<Agent> {
        try await change.settled { () async throws(ServiceError) in
            try await session.write(Query(session: session, update: self), repeatable: change.requestID != nil)
        }
    }

    private struct Query: Statement {
        static let text = StatementText(
            "update_agent",
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
                UPDATE agents AS a SET
                    name = CASE WHEN $10 & 1 <> 0 THEN $11 ELSE a.name END,
                    description = CASE WHEN $10 & 2 <> 0 THEN $12 ELSE a.description END,
                    agent_type = CASE WHEN $10 & 4 <> 0 THEN $13 ELSE a.agent_type END,
                    status = CASE WHEN $10 & 8 <> 0 THEN $14 ELSE a.status END,
                    system_prompt = CASE WHEN $10 & 16 <> 0 THEN $15 ELSE a.system_prompt END,
                    config = CASE WHEN $10 & 32 <> 0 THEN $16 ELSE a.config END,
                    is_public = CASE WHEN $10 & 64 <> 0 THEN $17 ELSE a.is_public END
                FROM old
                WHERE a.tenant_id = $1 AND a.id = old.id AND ($9::bigint IS NULL OR old.revision = $9)
                RETURNING a.*
            ),
            \(Change.audited(
                "AgentService.UpdateAgent", objectType: "agent",
                changes: AgentChange.traced, from: "changed, old")),
            \(Change.remembered("UpdateAgent")),
            \(AgentChange.answer("UpdateAgent", refusal: "'stale'"))
            """,
            AgentChange.parameterTypes + [.int4] + AgentColumns.givenTypes)

        let session: TenantSession
        let update: UpdateAgentStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(update.change, of: session, to: &parameters)
            parameters.append(int8: update.agent.id)
            parameters.append(int8: update.revision)
            parameters.append(int4: update.fields.rawValue)
            AgentColumns.bind(update.agent, to: &parameters)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
            try AgentChange.decode(rows)
        }
    }
}
