package import AgentdCore
internal import CAgentdProto

package struct GetUserRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_user_request__init)

    package var id: Int64 = 0

    package init(id: Int64) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__GetUserRequest.self).pointee
        id = message.id
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__get_user_request__init)
        message.pointee.id = id
        return MessageView(pointer: message)
    }
}

package struct UpdateUserRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__update_user_request__init)

    package var user: UserMessage?
    /// The paths of the mask; nil when the request has no mask.
    package var updateMask: [String]?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UpdateUserRequest.self).pointee
        user = try optionalMessage(message.user, field: "user")
        updateMask = message.update_mask.map { strings($0.pointee.n_paths, $0.pointee.paths) }
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__update_user_request__init)
        message.pointee.user = user.map { writer.builder.user($0) }
        message.pointee.update_mask = updateMask.map { writer.builder.fieldMask($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct DeleteUserRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__delete_user_request__init)

    package var id: Int64 = 0
    package var etag = ""
    package var requestID = ""

    package init(id: Int64) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__DeleteUserRequest.self).pointee
        id = message.id
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__delete_user_request__init)
        message.pointee.id = id
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}
