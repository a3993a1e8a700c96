internal import AgentdClient

extension JSONValue {
    init(_ event: AgentdClient.AuditEvent) {
        self = .fields([
            "id": .id(event.id),
            "tenant_id": .string(event.tenantID),
            "actor_tenant_id": .string(event.actorTenantID),
            "actor_user_id": .id(event.actorUserID),
            "token_id": .string(event.tokenID),
            "action": .string(event.action),
            "outcome": .string(event.outcome.name),
            "object_type": .string(event.objectType),
            "object_id": .string(event.objectID),
            "changes": .string(event.changes),
            "call_id": .string(event.callID),
            "create_time": event.createTime.map { .time($0) },
        ])
    }
}

extension ListFormat<AgentdClient.AuditEvent> {
    static var auditEvents: ListFormat {
        ListFormat(
            field: "audit_events", plural: "audit events", json: { JSONValue($0) },
            columns: [
                Column("TIME (UTC)") { TimeText.readable($0.createTime) },
                Column("USER") { $0.actor },
                Column("ACTION") { $0.action },
                Column("OUTCOME") { $0.outcome.shortName },
                Column("OBJECT") { $0.objectType.isEmpty ? "" : "\($0.objectType):\($0.objectID)" },
                Column("CHANGES", mayBeCut: true) { $0.changes },
            ])
    }
}

extension AgentdClient.AuditEvent {
    /// The id of the user, and what kind of user it is when it is none of the tenant.
    fileprivate var actor: String {
        if actorUserID == 0 { return "operator" }
        return actorTenantID == tenantID ? "\(actorUserID)" : "\(actorUserID) (system)"
    }
}
