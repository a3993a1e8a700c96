package import AgentdCore
internal import Postgres

/// Keeps a refused administrative attempt in the audit trail of the tenant that it was made in.
package struct RecordRefusalStatement: TenantStatement {
    /// Such as `TenantService.CreateTenant`.
    package let action: String

    package init(action: String) { self.action = action }

    package func run(in session: TenantSession) async throws(ServiceError) {
        try await session.write(Query(session: session, action: action), repeatable: false)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "record_refusal",
            """
            INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, token_id, action, outcome, call_id)
            VALUES ($1, $2, $3, $4, $5, 'refused', $6)
            """, [.uuid, .uuid, .int8, .text, .text, .text])
        let session: TenantSession
        let action: String

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            let principal = session.caller.principal
            parameters.append(session.caller.tenantID)
            parameters.append(principal.tenantID)
            parameters.append(int8: principal.userID)
            parameters.append(text: principal.tokenID)
            parameters.append(text: action)
            parameters.append(session.callID)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) {}
    }
}
