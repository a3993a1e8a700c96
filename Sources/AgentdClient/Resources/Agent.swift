internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// An agent: `agentd.v1.Agent`. What the daemon sets itself is ignored when it is sent.
    public struct Agent: Sendable, Equatable, Identifiable {
        /// Set by the daemon.
        public var id: Int64 = 0
        /// Set by the daemon: the owner's tenant, a UUID.
        public var tenantID = ""
        /// Set by the daemon: the user who created it.
        public var ownerID: Int64 = 0
        /// 1 to 255 characters.
        public var name: String
        /// At most 8,192 characters.
        public var description: String
        /// Required.
        public var type: AgentType
        /// Unspecified means draft on creation.
        public var status: AgentStatus
        /// At most 262,144 bytes.
        public var systemPrompt: String
        /// A JSON object, kept byte for byte, at most 65,536 bytes; empty means `{}`.
        public var config: String
        /// Whether the whole tenant may view it; needs the tenant's feature `agent_sharing`.
        public var isPublic: Bool
        /// Set by the daemon: false once deleted.
        public var isActive = true
        /// Set by the daemon.
        public var createTime: Date?
        /// Set by the daemon.
        public var updateTime: Date?
        /// Set by the daemon: nil unless deleted.
        public var deleteTime: Date?
        /// Changes with every change. When it is sent it must match.
        public var etag = ""

        /// - Parameters:
        ///   - name: 1 to 255 characters.
        ///   - type: Required for a new agent.
        ///   - systemPrompt: At most 262,144 bytes.
        ///   - description: At most 8,192 characters.
        ///   - status: Unspecified means draft on creation.
        ///   - config: A JSON object.
        ///   - isPublic: Whether the whole tenant may view it.
        public init(
            name: String = "", type: AgentType = .unspecified, systemPrompt: String = "", description: String = "",
            status: AgentStatus = .unspecified, config: String = "", isPublic: Bool = false
        ) {
            self.name = name
            self.type = type
            self.systemPrompt = systemPrompt
            self.description = description
            self.status = status
            self.config = config
            self.isPublic = isPublic
        }
    }

    /// A field of an agent that can be changed; the raw value is its path in an update mask.
    public enum AgentField: String, Sendable, CaseIterable {
        /// `Agent.name`.
        case name
        /// `Agent.description`.
        case description
        /// `Agent.type`.
        case type = "agent_type"
        /// `Agent.status`.
        case status
        /// `Agent.systemPrompt`.
        case systemPrompt = "system_prompt"
        /// `Agent.config`.
        case config
        /// `Agent.isPublic`.
        case isPublic = "is_public"
    }
}

extension AgentdClient.Agent {
    init(_ message: AgentMessage) {
        self.init(
            name: message.name, type: .init(rawValue: message.agentType), systemPrompt: message.systemPrompt,
            description: message.description, status: .init(rawValue: message.status), config: message.config,
            isPublic: message.isPublic)
        id = message.id
        tenantID = message.tenantID
        ownerID = message.ownerID
        isActive = message.isActive
        createTime = message.createTime.map { Date($0) }
        updateTime = message.updateTime.map { Date($0) }
        deleteTime = message.deleteTime.map { Date($0) }
        etag = message.etag
    }

    /// What a change sends: the fields of its own, with the id and the etag.
    func message(_ text: inout TextFields) -> AgentMessage {
        var message = AgentMessage()
        message.id = id
        message.name = text.checked(name, "agent.name")
        message.description = text.checked(description, "agent.description")
        message.agentType = type.rawValue
        message.status = status.rawValue
        message.systemPrompt = text.checked(systemPrompt, "agent.system_prompt")
        message.config = text.checked(config, "agent.config")
        message.isPublic = isPublic
        message.etag = text.checked(etag, "agent.etag")
        return message
    }
}
