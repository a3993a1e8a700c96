internal import Messages
internal import Storage

/// The update mask of an agent.
enum AgentMask {
    private static let mask = UpdateMask<AgentFields>(
        object: "agent",
        changeable: [
            "name": .name, "description": .description, "agent_type": .type, "status": .status,
            "system_prompt": .systemPrompt, "config": .config, "is_public": .isPublic, "*": .all,
        ],
        readOnly: [
            "id", "tenant_id", "owner_id", "is_active", "create_time", "update_time", "delete_time", "etag",
        ])

    /// The fields that an update sets; see `UpdateMask`.
    static func fields(_ paths: [String]?, of agent: AgentMessage, _ violations: inout FieldViolations) -> AgentFields {
        mask.fields(paths, populated: populatedFields(of: agent), &violations)
    }

    private static func populatedFields(of agent: AgentMessage) -> AgentFields {
        var fields: AgentFields = []
        if !agent.name.isEmpty { fields.insert(.name) }
        if !agent.description.isEmpty { fields.insert(.description) }
        if agent.agentType != 0 { fields.insert(.type) }
        if agent.status != 0 { fields.insert(.status) }
        if !agent.systemPrompt.isEmpty { fields.insert(.systemPrompt) }
        if !agent.config.isEmpty { fields.insert(.config) }
        if agent.isPublic { fields.insert(.isPublic) }
        return fields
    }
}
