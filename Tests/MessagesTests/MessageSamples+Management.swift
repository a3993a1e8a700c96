internal import AgentdCore
internal import Messages

extension Sample {
    static var updateTenant: UpdateTenantRequest {
        var request = UpdateTenantRequest()
        request.tenant = TenantMessage(tenant)
        request.updateMask = ["state", "limits.max_agents"]
        request.requestID = "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab"
        return request
    }

    static var updateSettings: UpdateTenantSettingsRequest {
        var request = UpdateTenantSettingsRequest()
        request.settings = [
            TenantSettingMessage(key: "default_page_size", value: "7"),
            TenantSettingMessage(key: "max_prompt_bytes", value: ""),
        ]
        request.etag = "r3"
        request.requestID = "6f1c4b0e-8f0a-4f5c-9d3b-0123456789ab"
        return request
    }

    static var stats: TenantStats {
        var stats = TenantStats(tenantID: tenantID)
        stats.readTime = time
        stats.agents.draft = 1
        stats.agents.active = 2
        stats.agents.paused = 3
        stats.agents.archived = 4
        stats.agents.deleted = 5
        stats.users.total = 6
        stats.users.active = 7
        stats.users.administrators = 8
        stats.users.deleted = 9
        stats.tokens.valid = 10
        stats.tokens.expired = 11
        stats.tokens.revoked = 12
        stats.storageBytes = 1 << 40
        stats.lastDay.calls = 3
        stats.lastDay.errors = 1
        stats.lastDay.latencyMicroseconds = 4_500_006
        return stats
    }

    static var fullStats: TenantStats {
        var stats = stats
        var breakdowns = TenantStats.Breakdowns()
        breakdowns.byType = [
            .init(key: "AGENT_TYPE_RESEARCH", agents: 9, storageBytes: 90),
            .init(key: "AGENT_TYPE_CUSTOM", agents: 1, storageBytes: 10),
        ]
        breakdowns.byStatus = [.init(key: "AGENT_STATUS_DRAFT", agents: 1, storageBytes: 100)]
        breakdowns.byOwner = [.init(key: "42", agents: 10, storageBytes: .max)]
        breakdowns.byDay = [.init(date: "2026-01-31", created: 11, deleted: 5)]
        stats.breakdowns = breakdowns
        return stats
    }

    static var auditEvent: AuditEvent {
        var event = AuditEvent(tenantID: tenantID, actorTenantID: TenantID(UUIDValue(high: 1, low: 2)))
        event.id = 1 << 53 + 1
        event.actorUserID = 5
        event.tokenID = "jwt"
        event.action = "AgentService.UpdateAgent"
        event.objectType = "agent"
        event.objectID = "42"
        event.changes = #"{"name": {"before": "a", "after": "é"}}"#
        event.callID = "call-1"
        event.createTime = time
        return event
    }

    static var refusedEvent: AuditEvent {
        var event = AuditEvent(tenantID: tenantID, actorTenantID: tenantID)
        event.id = 7
        event.action = "UserService.DeleteUser"
        event.outcome = .refused
        return event
    }
}
