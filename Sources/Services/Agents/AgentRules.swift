internal import AgentdCore
internal import Messages
internal import Storage

/// What the fields of an agent must be, on creation and on update alike.
enum AgentRules {
    /// Characters are counted as Unicode scalars.
    static let nameCharacters = 255
    static let descriptionCharacters = 8_192
    static let configBytes = 65_536

    /// Reads `fields` of a request's agent; what is wrong with them is noted in `violations`. Other fields are not
    /// looked at.
    /// - Parameter settings: Those of the tenant, which may allow less than others.
    static func read(
        _ message: AgentMessage, fields: AgentFields, settings: TenantSettings, into agent: inout Agent,
        _ violations: inout FieldViolations
    ) {
        if fields.contains(.name) {
            violations.requireLine(message.name, "agent.name", required: true, maximum: nameCharacters)
            agent.name = message.name
        }
        if fields.contains(.description) {
            violations.requireCharacters(message.description, "agent.description", maximum: descriptionCharacters)
            agent.description = message.description
        }
        if fields.contains(.type) { agent.type = type(message.agentType, settings, &violations) ?? agent.type }
        if fields.contains(.status) { agent.status = status(message.status, &violations) ?? agent.status }
        if fields.contains(.systemPrompt) {
            violations.requireBytes(message.systemPrompt, "agent.system_prompt", maximum: settings.maxPromptBytes)
            agent.systemPrompt = message.systemPrompt
        }
        if fields.contains(.config) { agent.config = config(message.config, &violations) }
        if fields.contains(.isPublic) { agent.isPublic = message.isPublic }
    }

    private static func type(
        _ number: Int32, _ settings: TenantSettings, _ violations: inout FieldViolations
    ) -> AgentType? {
        let type = AgentType(rawValue: number)
        let problem: String? =
            switch type {
            case nil: number == 0 ? "is required" : "is unknown"
            case let type? where !settings.allowedAgentTypes.contains(type): "is not allowed in this tenant"
            default: nil
            }
        if let problem {
            let allowed = AgentType.allCases.filter { settings.allowedAgentTypes.contains($0) }
            violations.add(
                "agent.agent_type",
                "\(problem), one of \(allowed.map { $0.databaseName.uppercased() }.joined(separator: ", "))")
        }
        return type
    }

    private static func status(_ number: Int32, _ violations: inout FieldViolations) -> AgentStatus? {
        let status = AgentStatus(rawValue: number)
        if status == nil {
            let names = AgentStatus.allCases.map { $0.databaseName.uppercased() }.joined(separator: ", ")
            violations.add("agent.status", "\(number == 0 ? "is required" : "is unknown"), one of \(names)")
        }
        return status
    }

    private static func config(_ text: String, _ violations: inout FieldViolations) -> String {
        if text.isEmpty { return "{}" }
        guard text.utf8.count <= configBytes else {
            violations.requireBytes(text, "agent.config", maximum: configBytes)
            return text
        }
        do {
            _ = try JSONObjectScanner.names(ofObject: Array(text.utf8))
        } catch {
            violations.add("agent.config", "must be a JSON object: at byte \(error.offset), \(error.description)")
        }
        return text
    }
}
