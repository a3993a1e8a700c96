internal import Postgres

/// The audit trail of what agentd does in the name of whoever has the database, and of no caller.
enum OperatorAudit {
    /// Who it was where there is no user: whoever has the database.
    static let operatorID: Int64 = 0

    /// - Parameter action: The command, such as `agentd serve`.
    static func record(
        _ connection: borrowing ScriptConnection, action: String, tenantID: String, actor: Int64, objectType: String,
        objectID: String
    ) throws(ScriptConnection.Failure) {
        _ = try connection.rows(
            """
            INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, object_type, object_id)
            VALUES ($1, $1, $2, $3, $4, $5)
            """, [tenantID, String(actor), action, objectType, objectID])
    }
}
