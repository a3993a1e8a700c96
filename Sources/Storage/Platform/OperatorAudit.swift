internal import Postgres

/// The audit trail of what agentd does in the name of whoever has the database, and of no caller.
enum OperatorAudit {
    /// Who it was where there is no user: whoever has the database.
    private static let operatorID: Int64 = 0

    /// - Parameters:
    ///   - action: The command, such as `agentd serve`.
    ///   - changes: What was made: a JSON object of its fields, as the RPC that makes such an object records it.
    static func record(
        _ connection: borrowing ScriptConnection, action: String, tenantID: String, objectType: String,
        objectID: String, changes: String?
    ) throws(ScriptConnection.Failure) {
        _ = try connection.rows(
            """
            INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, object_type, object_id,
                changes)
            VALUES ($1, $1, $2, $3, $4, $5, $6)
            """, [tenantID, String(operatorID), action, objectType, objectID, changes])
    }
}
