internal import AgentdClient
internal import FoundationEssentials

/// JSON as `--output json` writes it: fields named as in the schema files, always the same ones; 64-bit numbers as
/// texts, enumerations by their names, times as RFC 3339, as proto3 JSON has it.
enum JSONText {
    /// One answer.
    static func pretty(_ value: JSONValue) -> String {
        encoded(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]) + "\n"
    }

    /// In one line.
    static func compact(_ value: JSONValue) -> String { encoded(value, [.sortedKeys, .withoutEscapingSlashes]) }

    private static func encoded(_ value: JSONValue, _ formatting: JSONEncoder.OutputFormatting) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        // Texts, numbers and lists of them can always be written.
        return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
    }
}

extension JSONValue {
    static func id(_ number: Int64) -> JSONValue { .string("\(number)") }

    static func number(_ number: Int32) -> JSONValue { .number(Decimal(Int(number))) }

    static func time(_ date: Date) -> JSONValue { .string(TimeText.rfc3339(date)) }

    /// Fields without a value are left out, as proto3 JSON does with absent messages.
    static func fields(_ fields: [String: JSONValue?]) -> JSONValue { .object(fields.compactMapValues(\.self)) }
}

extension JSONValue {
    init(_ agent: AgentdClient.Agent) {
        self = .fields([
            "id": .id(agent.id),
            "tenant_id": .string(agent.tenantID),
            "owner_id": .id(agent.ownerID),
            "name": .string(agent.name),
            "description": .string(agent.description),
            "agent_type": .string(agent.type.name),
            "status": .string(agent.status.name),
            "system_prompt": .string(agent.systemPrompt),
            "config": .string(agent.config),
            "is_public": .bool(agent.isPublic),
            "is_active": .bool(agent.isActive),
            "create_time": agent.createTime.map { .time($0) },
            "update_time": agent.updateTime.map { .time($0) },
            "delete_time": agent.deleteTime.map { .time($0) },
            "etag": .string(agent.etag),
        ])
    }

    init(_ tenant: AgentdClient.Tenant) {
        self = .fields([
            "id": .string(tenant.id),
            "slug": .string(tenant.slug),
            "display_name": .string(tenant.displayName),
            "domain": .string(tenant.domain),
            "state": .string(tenant.state.name),
            "features": .array(tenant.features.map { .string($0) }),
            "limits": .object([
                "max_agents": .id(tenant.limits.maxAgents),
                "max_users": .id(tenant.limits.maxUsers),
                "max_tokens": .id(tenant.limits.maxTokens),
                "requests_per_second": .number(tenant.limits.requestsPerSecond),
                "max_in_flight": .number(tenant.limits.maxInFlight),
            ]),
            "create_time": tenant.createTime.map { .time($0) },
            "update_time": tenant.updateTime.map { .time($0) },
            "delete_time": tenant.deleteTime.map { .time($0) },
            "etag": .string(tenant.etag),
        ])
    }

    init(_ user: AgentdClient.User) {
        self = .fields([
            "id": .id(user.id),
            "tenant_id": .string(user.tenantID),
            "email": .string(user.email),
            "display_name": .string(user.displayName),
            "role": .string(user.role.name),
            "is_active": .bool(user.isActive),
            "create_time": user.createTime.map { .time($0) },
            "update_time": user.updateTime.map { .time($0) },
            "delete_time": user.deleteTime.map { .time($0) },
            "etag": .string(user.etag),
        ])
    }

    init(_ token: AgentdClient.Token) {
        self = .fields([
            "id": .string(token.id),
            "tenant_id": .string(token.tenantID),
            "user_id": .id(token.userID),
            "display_name": .string(token.displayName),
            "create_time": token.createTime.map { .time($0) },
            "expire_time": token.expireTime.map { .time($0) },
            "last_use_time": token.lastUseTime.map { .time($0) },
            "revoke_time": token.revokeTime.map { .time($0) },
        ])
    }
}
