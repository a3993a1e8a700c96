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
        let query = AgentLifeQuery(
            text: Self.text, session: session, change: change, id: id, revision: revision)
        return try await session.write(query, repeatable: change.requestID != nil)
    }

    private static let text = StatementText(
        "delete_agent",
        """
        WITH \(Change.prior),
        visible AS (
            SELECT owner_id FROM agents
            WHERE tenant_id = $1 AND id = $8 AND is_active AND (\(AgentChange.isOwn) OR is_public)
        ),
        old AS (
            SELECT * FROM agents
            WHERE tenant_id = $1 AND id = $8 AND \(AgentChange.isOwn) AND is_active AND NOT EXISTS (SELECT FROM prior)
            FOR NO KEY UPDATE
        ),
        changed AS (
            UPDATE agents AS a SET is_active = false, delete_time = now() FROM old
            WHERE a.tenant_id = $1 AND a.id = old.id AND ($9::bigint IS NULL OR old.revision = $9)
            RETURNING a.*
        ),
        \(Change.audited(
            "AgentService.DeleteAgent", objectType: "agent",
            changes: "changed_fields(row_to_json(old), row_to_json(changed))", from: "changed, old")),
        \(Change.remembered("DeleteAgent")),
        \(AgentChange.answer("DeleteAgent", refusal: "'stale'"))
        """, AgentChange.parameterTypes)
}

/// Takes back the deletion of an agent of the caller's own, with its audit row. `unsuitable` when it is not deleted.
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
        let query = AgentLifeQuery(
            text: Self.text, session: session, change: change, id: id, revision: revision)
        return try await session.write(query, repeatable: change.requestID != nil)
    }

    private static let text = StatementText(
        "undelete_agent",
        """
        WITH \(Change.prior),
        visible AS (
            SELECT owner_id, is_active FROM agents
            WHERE tenant_id = $1 AND id = $8 AND (\(AgentChange.isOwn) OR is_public AND is_active)
        ),
        old AS (
            SELECT * FROM agents
            WHERE tenant_id = $1 AND id = $8 AND \(AgentChange.isOwn) AND NOT is_active
                AND NOT EXISTS (SELECT FROM prior)
            FOR NO KEY UPDATE
        ),
        changed AS (
            UPDATE agents AS a SET is_active = true, delete_time = NULL FROM old
            WHERE a.tenant_id = $1 AND a.id = old.id AND ($9::bigint IS NULL OR old.revision = $9)
            RETURNING a.*
        ),
        \(Change.audited(
            "AgentService.UndeleteAgent", objectType: "agent",
            changes: "changed_fields(row_to_json(old), row_to_json(changed))", from: "changed, old")),
        \(Change.remembered("UndeleteAgent")),
        \(AgentChange.answer("UndeleteAgent", refusal: "CASE WHEN v.is_active THEN 'unsuitable' ELSE 'stale' END"))
        """, AgentChange.parameterTypes)
}

/// The end of an agent's life and its beginning anew take the same parameters.
private struct AgentLifeQuery: Statement {
    let text: StatementText
    let session: TenantSession
    let change: ChangeContext
    let id: Int64
    let revision: Int64?

    func bind(to parameters: inout Parameters) {
        Change.bind(change, of: session, to: &parameters)
        parameters.append(int8: id)
        parameters.append(int8: revision)
    }

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Agent> {
        try AgentChange.decode(rows)
    }
}
