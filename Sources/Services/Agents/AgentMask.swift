internal import Messages
internal import Storage

/// The update mask of an agent (<https://google.aip.dev/134>, <https://google.aip.dev/161>).
enum AgentMask {
    private static let changeable: [String: AgentFields] = [
        "name": .name, "description": .description, "agent_type": .type, "status": .status,
        "system_prompt": .systemPrompt, "config": .config, "is_public": .isPublic, "*": .all,
    ]
    private static let readOnly: Set<String> = [
        "id", "tenant_id", "owner_id", "is_active", "create_time", "update_time", "delete_time", "etag",
    ]

    /// The fields that an update sets: those of the mask, or without one every field that is populated.
    /// - Parameter paths: Those of the mask; a path may occur twice. Wrong ones are noted in `violations`.
    static func fields(_ paths: [String]?, of agent: AgentMessage, _ violations: inout FieldViolations) -> AgentFields {
        guard let paths, !paths.isEmpty else {
            let populated = populatedFields(of: agent)
            violations.require(
                !populated.isEmpty, "update_mask", "is empty, and so is every field of the agent: nothing would change")
            return populated
        }
        var fields: AgentFields = []
        for (index, path) in paths.enumerated() {
            if let field = changeable[path] {
                fields.formUnion(field)
            } else {
                violations.add("update_mask.paths[\(index)]", problem(path))
            }
        }
        return fields
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

    private static func problem(_ path: String) -> String {
        let name = FieldViolations.quoted(path)
        if readOnly.contains(path) { return "\(name) is set by the daemon and cannot be changed" }
        return
            "\(name) is no field of an agent that can be changed; those are "
            + changeable.keys.sorted().joined(separator: ", ")
    }
}
