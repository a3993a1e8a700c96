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
        let repeatable = change.requestID != nil
        let query = Query(session: session, creation: self)
        return try await session.add(
            query, repeatable: repeatable, lock: .agents, limit: session.caller.tenant.limits.maxAgents
        ) { () async throws(ServiceError) in
            let usual = UsualQuery(session: session, creation: self)
            return try await session.write(usual, otherwise: query, repeatable: repeatable)
        }
    }

    private static let audited = Change.audited(
        "AgentService.CreateAgent", objectType: "agent",
        changes: "json_build_object('name', changed.name, 'agent_type', changed.agent_type, "
            + "'status', changed.status, 'is_public', changed.is_public)")

    private static let columns =
        "tenant_id, owner_id, name, description, agent_type, status, system_prompt, config, is_public"
    /// What `columns` are set to.
    private static let values = "$1, $2, $8, $9, $10, $11, $12, $13, $14"
    private static let parameterTypes = Change.parameterTypes + AgentColumns.givenTypes

    private func bind(of session: TenantSession, to parameters: inout Parameters) {
        Change.bind(change, of: session, to: &parameters)
        AgentColumns.bind(agent, to: &parameters)
    }

    /// Creates the agent of a tenant without a limit for a request that is new; does nothing when either is not so,
    /// without saying which. PostgreSQL sets every part of a statement up before it runs any, and this one has few.
    private struct UsualQuery: Statement {
        static let text = StatementText(
            "create_agent",
            """
            WITH changed AS (
                INSERT INTO agents (\(columns))
                SELECT \(values) FROM tenants
                WHERE id = $1 AND max_agents = 0 AND NOT EXISTS (
                    SELECT FROM request_ids WHERE tenant_id = $1 AND user_id = $2 AND request_id = $3)
                RETURNING *
            ),
            \(audited),
            \(Change.remembered("CreateAgent"))
            SELECT id, owner_id, create_time, update_time, revision FROM changed
            """, parameterTypes)

        let session: TenantSession
        let creation: CreateAgentStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) { creation.bind(of: session, to: &parameters) }

        /// What the database adds to the agent; it keeps everything else as it was given.
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent>? {
            guard rows.count > 0 else { return nil }
            var created = creation.agent
            created.id = try rows.int8(0, 0)
            created.ownerID = try rows.int8(0, 1)
            created.createTime = try rows.timestamp(0, 2)
            created.updateTime = try rows.timestamp(0, 3)
            created.revision = try rows.int8(0, 4)
            return .done(created)
        }
    }

    /// The same for every tenant and request: finds the answer to an earlier one, or says why nothing was created.
    private struct Query: Statement {
        static let text = StatementText(
            "create_agent_or_answer",
            """
            WITH \(Change.prior),
            \(AgentQuota.expression),
            changed AS (
                INSERT INTO agents (\(columns))
                SELECT \(values) FROM quota
                WHERE outcome = 'done' AND NOT EXISTS (SELECT FROM prior)
                RETURNING *
            ),
            \(audited),
            \(Change.remembered("CreateAgent")),
            answer AS (
                SELECT * FROM changed
                UNION ALL
                SELECT a.* FROM prior AS p, LATERAL \(Change.firstAnswer("CreateAgent", "agents")) AS a
            )
            SELECT CASE
                    WHEN p.method IS NOT NULL THEN \(Change.priorOutcome("CreateAgent"))
                    WHEN a.id IS NOT NULL THEN 'done'
                    ELSE coalesce(q.outcome, 'exhausted')
                END,
                \(AgentColumns.list("a"))
            FROM (SELECT 1) AS one
                LEFT JOIN prior AS p ON true LEFT JOIN answer AS a ON true LEFT JOIN quota AS q ON true
            """,
            parameterTypes)

        let session: TenantSession
        let creation: CreateAgentStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) { creation.bind(of: session, to: &parameters) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
            try AgentChange.decode(rows)
        }
    }
}
