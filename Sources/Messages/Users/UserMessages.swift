package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.User` as it stands on the wire.
package struct UserMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__user__init)

    package var id: Int64 = 0
    package var tenantID = ""
    package var email = ""
    package var displayName = ""
    /// The number of a `Role`, or one that this version does not know.
    package var role: Int32 = 0
    package var isActive = false
    package var createTime: Timestamp?
    package var updateTime: Timestamp?
    package var deleteTime: Timestamp?
    package var etag = ""

    package init() {}

    package init(_ user: User) {
        id = user.id
        tenantID = user.tenantID.description
        email = user.email
        displayName = user.displayName
        role = user.role.rawValue
        isActive = user.isActive
        createTime = user.createTime
        updateTime = user.updateTime
        deleteTime = user.deleteTime
        etag = EntityTag.text(revision: user.revision)
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__User.self).pointee
        id = message.id
        tenantID = String(cString: message.tenant_id)
        email = String(cString: message.email)
        displayName = String(cString: message.display_name)
        role = Int32(bitPattern: message.role.rawValue)
        isActive = message.is_active != 0
        createTime = try timestamp(message.create_time, field: "create_time")
        updateTime = try timestamp(message.update_time, field: "update_time")
        deleteTime = try timestamp(message.delete_time, field: "delete_time")
        etag = String(cString: message.etag)
    }

    package func write(_ writer: MessageWriter) -> MessageView { MessageView(pointer: writer.builder.user(self)) }
}

extension User: EncodableMessage {
    package static var schema: MessageSchema { UserMessage.schema }

    package func write(_ writer: MessageWriter) -> MessageView { UserMessage(self).write(writer) }
}

extension MessageBuilder {
    func user(_ user: UserMessage) -> UnsafeMutablePointer<Agentd__V1__User> {
        let message = make(agentd__v1__user__init)
        message.pointee.id = user.id
        message.pointee.tenant_id = text(user.tenantID)
        message.pointee.email = text(user.email)
        message.pointee.display_name = text(user.displayName)
        message.pointee.role = Agentd__V1__Role(rawValue: UInt32(bitPattern: user.role))
        message.pointee.is_active = user.isActive ? 1 : 0
        message.pointee.create_time = timestamp(user.createTime)
        message.pointee.update_time = timestamp(user.updateTime)
        message.pointee.delete_time = timestamp(user.deleteTime)
        message.pointee.etag = text(user.etag)
        return message
    }
}

package struct CreateUserRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__create_user_request__init)

    package var user: UserMessage?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__CreateUserRequest.self).pointee
        user = try optionalMessage(message.user, field: "user")
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__create_user_request__init)
        message.pointee.user = user.map { writer.builder.user($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct WhoAmIRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__who_am_irequest__init)

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {}

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.make(agentd__v1__who_am_irequest__init))
    }
}

package struct WhoAmIResponse: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__who_am_iresponse__init)

    package var user: UserMessage?
    package var tenant: TenantMessage?

    package init(user: User, tenant: Tenant) {
        self.user = UserMessage(user)
        self.tenant = TenantMessage(tenant)
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__WhoAmIResponse.self).pointee
        user = try optionalMessage(message.user, field: "user")
        tenant = try optionalMessage(message.tenant, field: "tenant")
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__who_am_iresponse__init)
        message.pointee.user = user.map { writer.builder.user($0) }
        message.pointee.tenant = tenant.map { writer.builder.tenant($0) }
        return MessageView(pointer: message)
    }
}
