internal import AgentdClient

extension JSONValue {
    init(_ stats: AgentdClient.TenantStats) {
        self = .fields([
            "tenant_id": .string(stats.tenantID),
            "read_time": stats.readTime.map { .time($0) },
            "agents": .object([
                "total": .integer(stats.agents.total),
                "draft": .integer(stats.agents.draft),
                "active": .integer(stats.agents.active),
                "paused": .integer(stats.agents.paused),
                "archived": .integer(stats.agents.archived),
                "deleted": .integer(stats.agents.deleted),
            ]),
            "users": .object([
                "total": .integer(stats.users.total),
                "active": .integer(stats.users.active),
                "administrators": .integer(stats.users.administrators),
                "deleted": .integer(stats.users.deleted),
            ]),
            "tokens": .object([
                "valid": .integer(stats.tokens.valid),
                "expired": .integer(stats.tokens.expired),
                "revoked": .integer(stats.tokens.revoked),
            ]),
            "storage_bytes": .integer(stats.storageBytes),
            "last_hour": JSONValue(stats.lastHour),
            "last_day": JSONValue(stats.lastDay),
            "by_type": .array(stats.byType.map { JSONValue($0) }),
            "by_status": .array(stats.byStatus.map { JSONValue($0) }),
            "by_owner": .array(stats.byOwner.map { JSONValue($0) }),
            "by_day": .array(stats.byDay.map { JSONValue($0) }),
        ])
    }

    private init(_ calls: AgentdClient.CallCounts) {
        self = .fields([
            "calls": .integer(calls.calls),
            "errors": .integer(calls.errors),
            "mean_latency": calls.meanLatency.map { .string(DurationText.protobuf($0)) },
        ])
    }

    private init(_ part: AgentdClient.AgentBreakdown) {
        self = .object([
            "key": .string(part.key), "agents": .integer(part.agents), "storage_bytes": .integer(part.storageBytes),
        ])
    }

    private init(_ day: AgentdClient.DayBreakdown) {
        self = .object([
            "date": .string(day.date), "created": .integer(day.created), "deleted": .integer(day.deleted),
        ])
    }
}
