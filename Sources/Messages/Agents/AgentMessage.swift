package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.Agent` as it stands on the wire: what a request carries and what a client receives.
package struct AgentMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__agent__init)

    package var id: Int64 = 0
    package var tenantID = ""
    package var ownerID: Int64 = 0
    package var name = ""
    package var description = ""
    /// The number of an `AgentType`, or one that this version does not know.
    package var agentType: Int32 = 0
    /// The number of an `AgentStatus`, or one that this version does not know.
    package var status: Int32 = 0
    package var systemPrompt = ""
    package var config = ""
    package var isPublic = false
    package var isActive = false
    package var createTime: Timestamp?
    package var updateTime: Timestamp?
    package var deleteTime: Timestamp?
    package var etag = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__Agent.self).pointee
        id = message.id
        tenantID = String(cString: message.tenant_id)
        ownerID = message.owner_id
        name = String(cString: message.name)
        description = String(cString: message.description)
        agentType = Int32(bitPattern: message.agent_type.rawValue)
        status = Int32(bitPattern: message.status.rawValue)
        systemPrompt = String(cString: message.system_prompt)
        config = String(cString: message.config)
        isPublic = message.is_public != 0
        isActive = message.is_active != 0
        createTime = try timestamp(message.create_time, field: "create_time")
        updateTime = try timestamp(message.update_time, field: "update_time")
        deleteTime = try timestamp(message.delete_time, field: "delete_time")
        etag = String(cString: message.etag)
    }

    package func write(_ writer: MessageWriter) -> MessageView { MessageView(pointer: writer.builder.agent(self)) }
}

extension Agent: EncodableMessage {
    package static var schema: MessageSchema { AgentMessage.schema }

    package func write(_ writer: MessageWriter) -> MessageView { MessageView(pointer: writer.builder.agent(self)) }
}

extension MessageBuilder {
    func agent(_ agent: AgentMessage) -> UnsafeMutablePointer<Agentd__V1__Agent> {
        let message = make(agentd__v1__agent__init)
        message.pointee.id = agent.id
        message.pointee.tenant_id = text(agent.tenantID)
        message.pointee.owner_id = agent.ownerID
        message.pointee.name = text(agent.name)
        message.pointee.description = text(agent.description)
        message.pointee.agent_type = Agentd__V1__AgentType(rawValue: UInt32(bitPattern: agent.agentType))
        message.pointee.status = Agentd__V1__AgentStatus(rawValue: UInt32(bitPattern: agent.status))
        message.pointee.system_prompt = text(agent.systemPrompt)
        message.pointee.config = text(agent.config)
        message.pointee.is_public = agent.isPublic ? 1 : 0
        message.pointee.is_active = agent.isActive ? 1 : 0
        message.pointee.create_time = timestamp(agent.createTime)
        message.pointee.update_time = timestamp(agent.updateTime)
        message.pointee.delete_time = timestamp(agent.deleteTime)
        message.pointee.etag = text(agent.etag)
        return message
    }

    func agent(_ agent: Agent) -> UnsafeMutablePointer<Agentd__V1__Agent> { self.agent(AgentView(agent, arena: arena)) }
}

extension AgentView {
    /// An agent whose texts lie in an arena: good as long as that is.
    package init(_ agent: Agent, arena: Arena) {
        let builder = MessageBuilder(arena: arena)
        self.init(
            id: agent.id, tenantID: agent.tenantID, ownerID: agent.ownerID, name: builder.text(agent.name),
            description: builder.text(agent.description), type: agent.type, status: agent.status,
            systemPrompt: builder.text(agent.systemPrompt), config: builder.text(agent.config),
            isPublic: agent.isPublic, isActive: agent.isActive, createTime: agent.createTime,
            updateTime: agent.updateTime, deleteTime: agent.deleteTime, revision: agent.revision)
    }
}

extension EncodedMessage {
    /// `agentd.v1.Agent`, whose texts stay where they are: it must be packed before they are gone.
    package init(_ agent: AgentView, arena: Arena) {
        self.init(view: MessageView(pointer: MessageBuilder(arena: arena).agent(agent)))
    }
}

extension MessageBuilder {
    /// The hot path of every answer with an agent: straight from where the database's answer lies.
    func agent(_ agent: AgentView) -> UnsafeMutablePointer<Agentd__V1__Agent> {
        let message = make(agentd__v1__agent__init)
        message.pointee.id = agent.id
        message.pointee.tenant_id = text(agent.tenantID.value)
        message.pointee.owner_id = agent.ownerID
        // protobuf-c only reads them, whatever the type of the field says.
        message.pointee.name = UnsafeMutablePointer(mutating: agent.name)
        message.pointee.description = UnsafeMutablePointer(mutating: agent.description)
        message.pointee.agent_type = Agentd__V1__AgentType(rawValue: UInt32(bitPattern: agent.type.rawValue))
        message.pointee.status = Agentd__V1__AgentStatus(rawValue: UInt32(bitPattern: agent.status.rawValue))
        message.pointee.system_prompt = UnsafeMutablePointer(mutating: agent.systemPrompt)
        message.pointee.config = UnsafeMutablePointer(mutating: agent.config)
        message.pointee.is_public = agent.isPublic ? 1 : 0
        message.pointee.is_active = agent.isActive ? 1 : 0
        message.pointee.create_time = timestamp(agent.createTime)
        message.pointee.update_time = timestamp(agent.updateTime)
        message.pointee.delete_time = timestamp(agent.deleteTime)
        message.pointee.etag = text(EntityTag.text(revision: agent.revision))
        return message
    }
}
