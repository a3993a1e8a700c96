package import AgentdCore
internal import CAgentdProto

package struct CreateAgentRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__create_agent_request__init)

    /// Nil when the request has none.
    package var agent: AgentMessage?
    package var requestID = ""
    /// The number of an `AgentVisibility`, 0 for none, or one that this version does not know.
    package var visibility: Int32 = 0

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__CreateAgentRequest.self).pointee
        agent = try optionalMessage(message.agent, field: "agent")
        requestID = String(cString: message.request_id)
        visibility = Int32(bitPattern: message.visibility.rawValue)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__create_agent_request__init)
        message.pointee.agent = agent.map { writer.builder.agent($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        message.pointee.visibility = Agentd__V1__AgentVisibility(rawValue: UInt32(bitPattern: visibility))
        return MessageView(pointer: message)
    }
}

package struct GetAgentRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_agent_request__init)

    package var id: Int64 = 0

    package init(id: Int64) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        id = view.of(Agentd__V1__GetAgentRequest.self).pointee.id
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__get_agent_request__init)
        message.pointee.id = id
        return MessageView(pointer: message)
    }
}

package struct UpdateAgentRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__update_agent_request__init)

    package var agent: AgentMessage?
    /// The paths of the mask; nil when the request has no mask.
    package var updateMask: [String]?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UpdateAgentRequest.self).pointee
        agent = try optionalMessage(message.agent, field: "agent")
        updateMask = message.update_mask.map { strings($0.pointee.n_paths, $0.pointee.paths) }
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__update_agent_request__init)
        message.pointee.agent = agent.map { builder.agent($0) }
        message.pointee.update_mask = updateMask.map { builder.fieldMask($0) }
        message.pointee.request_id = builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct DeleteAgentRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__delete_agent_request__init)

    package var id: Int64 = 0
    package var etag = ""
    package var requestID = ""

    package init(id: Int64) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__DeleteAgentRequest.self).pointee
        id = message.id
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__delete_agent_request__init)
        message.pointee.id = id
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct UndeleteAgentRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__undelete_agent_request__init)

    package var id: Int64 = 0
    package var etag = ""
    package var requestID = ""

    package init(id: Int64) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UndeleteAgentRequest.self).pointee
        id = message.id
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__undelete_agent_request__init)
        message.pointee.id = id
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}
