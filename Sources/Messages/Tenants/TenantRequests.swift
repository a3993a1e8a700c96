package import AgentdCore
internal import CAgentdProto

package struct GetTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_tenant_request__init)

    package var id = ""

    package init(id: String) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__GetTenantRequest.self).pointee
        id = String(cString: message.id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__get_tenant_request__init)
        message.pointee.id = writer.builder.text(id)
        return MessageView(pointer: message)
    }
}

package struct UpdateTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__update_tenant_request__init)

    package var tenant: TenantMessage?
    /// The paths of the mask; nil when the request has no mask.
    package var updateMask: [String]?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UpdateTenantRequest.self).pointee
        tenant = try optionalMessage(message.tenant, field: "tenant")
        updateMask = message.update_mask.map { strings($0.pointee.n_paths, $0.pointee.paths) }
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__update_tenant_request__init)
        message.pointee.tenant = tenant.map { writer.builder.tenant($0) }
        message.pointee.update_mask = updateMask.map { writer.builder.fieldMask($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct DeleteTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__delete_tenant_request__init)

    package var id = ""
    package var etag = ""
    package var requestID = ""

    package init(id: String) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__DeleteTenantRequest.self).pointee
        id = String(cString: message.id)
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__delete_tenant_request__init)
        message.pointee.id = writer.builder.text(id)
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct UndeleteTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__undelete_tenant_request__init)

    package var id = ""
    package var etag = ""
    package var requestID = ""

    package init(id: String) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UndeleteTenantRequest.self).pointee
        id = String(cString: message.id)
        etag = String(cString: message.etag)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__undelete_tenant_request__init)
        message.pointee.id = writer.builder.text(id)
        message.pointee.etag = writer.builder.text(etag)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct UpdateCurrentTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__update_current_tenant_request__init)

    package var tenant: TenantMessage?
    /// The paths of the mask; nil when the request has no mask.
    package var updateMask: [String]?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__UpdateCurrentTenantRequest.self).pointee
        tenant = try optionalMessage(message.tenant, field: "tenant")
        updateMask = message.update_mask.map { strings($0.pointee.n_paths, $0.pointee.paths) }
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__update_current_tenant_request__init)
        message.pointee.tenant = tenant.map { writer.builder.tenant($0) }
        message.pointee.update_mask = updateMask.map { writer.builder.fieldMask($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}
