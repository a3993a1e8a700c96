internal import AgentdClient

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
}

extension AgentdClient.Agent {
    /// For people; the prompt below the rest.
    var text: String {
        var block = Block()
        block.add("id", "\(id)")
        block.add("name", name)
        block.add("description", ifAny: description)
        block.add("type", type.shortName)
        block.add("status", status.shortName)
        block.add("public", isPublic ? "yes" : "no")
        block.add("owner", "\(ownerID)")
        block.add("tenant", tenantID)
        block.add("config", ifAny: config)
        block.add("created", createTime)
        block.add("updated", updateTime)
        block.add("deleted", deleteTime)
        block.add("etag", etag)
        if systemPrompt.isEmpty { return block.text }
        let prompt = DisplayText.lines(systemPrompt)
        return "\(block.text)\n\(prompt)\(prompt.hasSuffix("\n") ? "" : "\n")"
    }
}

extension ListFormat<AgentdClient.Agent> {
    static func agents(showsDeleted: Bool = false) -> ListFormat {
        var columns: [Column] = [
            Column("ID", alignsRight: true) { "\($0.id)" },
            Column("NAME", mayBeCut: true) { $0.name },
            Column("TYPE") { $0.type.shortName },
            Column("STATUS") { $0.status.shortName },
            Column("PUBLIC") { $0.isPublic ? "yes" : "no" },
            Column("OWNER", alignsRight: true) { "\($0.ownerID)" },
            Column("UPDATED (UTC)") { TimeText.readable($0.updateTime) },
        ]
        if showsDeleted { columns.append(Column("DELETED (UTC)") { TimeText.readable($0.deleteTime) }) }
        return ListFormat(field: "agents", plural: "agents", json: { JSONValue($0) }, columns: columns)
    }
}
