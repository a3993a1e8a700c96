package import AgentdCore
internal import Postgres

/// Creates an agent of the caller's own, with its audit row. `exhausted` when the tenant has as many as it may.
package struct CreateAgentStatement: TenantStatement {
    package let change: ChangeContext
    /// Its name, description, type, status, prompt, configuration and visibility are used.
    package let agent: Agent

    package init(change: ChangeContext, agent: Agent) {
        self.change = change
        self.agent = agent
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<Agent> {
        try await AgentQuota.write(
            Query(session: session, change: change, agent: agent), in: session, repeatable: change.requestID != nil)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "create_agent",
            """
            WITH \(Change.prior),
            \(AgentQuota.expression),
            changed AS (
                INSERT INTO agents (tenant_id, owner_id, name, description, agent_type, status, system_prompt, config,
                    is_public)
                SELECT $1, $2, $8, $9, $10, $11, $12, $13, $14 FROM quota
                WHERE allows AND NOT EXISTS (SELECT FROM prior)
                RETURNING *
            ),
            \(Change.audited(
                "AgentService.CreateAgent", objectType: "agent",
                changes: "json_build_object('name', changed.name, 'agent_type', changed.agent_type, "
                    + "'status', changed.status, 'is_public', changed.is_public)")),
            \(Change.remembered("CreateAgent")),
            answer AS (
                SELECT * FROM changed
                UNION ALL
                SELECT a.* FROM prior AS p, LATERAL \(Change.firstAnswer("CreateAgent", "agents")) AS a
            )
            SELECT CASE
                    WHEN p.method IS NOT NULL THEN \(Change.priorOutcome("CreateAgent"))
                    WHEN a.id IS NOT NULL THEN 'done'
                    ELSE \(AgentQuota.refusal)
                END,
                \(AgentColumns.list("a"))
            FROM (SELECT 1) AS one
                LEFT JOIN prior AS p ON true LEFT JOIN answer AS a ON true LEFT JOIN quota AS q ON true
            """,
            Change.parameterTypes + [.text, .text, .text, .text, .text, .json, .bool])

        let session: TenantSession
        let change: ChangeContext
        let agent: Agent

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            Change.bind(change, of: session, to: &parameters)
            parameters.append(text: agent.name)
            parameters.append(text: agent.description)
            parameters.append(text: agent.type.databaseName)
            parameters.append(text: agent.status.databaseName)
            parameters.append(text: agent.systemPrompt)
            parameters.append(json: agent.config)
            parameters.append(bool: agent.isPublic)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
            try AgentChange.decode(rows)
        }
    }
}
