package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.Tenant` as it stands on the wire.
package struct TenantMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__tenant__init)

    package var id = ""
    package var slug = ""
    package var displayName = ""
    package var domain = ""
    /// The number of a `TenantState`, or one that this version does not know.
    package var state: Int32 = 0
    package var features: [String] = []
    /// Nil when the message has none.
    package var limits: TenantLimits?
    package var createTime: Timestamp?
    package var updateTime: Timestamp?
    package var deleteTime: Timestamp?
    package var etag = ""

    package init() {}

    package init(_ tenant: Tenant) {
        id = tenant.id.description
        slug = tenant.slug
        displayName = tenant.displayName
        domain = tenant.domain
        state = tenant.state.rawValue
        features = tenant.features.names
        limits = tenant.limits
        createTime = tenant.createTime
        updateTime = tenant.updateTime
        deleteTime = tenant.deleteTime
        etag = EntityTag.text(revision: tenant.revision)
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__Tenant.self).pointee
        id = String(cString: message.id)
        slug = String(cString: message.slug)
        displayName = String(cString: message.display_name)
        domain = String(cString: message.domain)
        state = Int32(bitPattern: message.state.rawValue)
        features = strings(message.n_features, message.features)
        limits = message.limits.map { TenantLimits($0.pointee) }
        createTime = try timestamp(message.create_time, field: "create_time")
        updateTime = try timestamp(message.update_time, field: "update_time")
        deleteTime = try timestamp(message.delete_time, field: "delete_time")
        etag = String(cString: message.etag)
    }

    package func write(_ writer: MessageWriter) -> MessageView { MessageView(pointer: writer.builder.tenant(self)) }
}

extension Tenant: EncodableMessage {
    package static var schema: MessageSchema { TenantMessage.schema }

    package func write(_ writer: MessageWriter) -> MessageView { TenantMessage(self).write(writer) }
}

extension TenantLimits {
    fileprivate init(_ message: Agentd__V1__TenantLimits) {
        self.init()
        maxAgents = message.max_agents
        maxUsers = message.max_users
        maxTokens = message.max_tokens
        requestsPerSecond = message.requests_per_second
        maxInFlight = message.max_in_flight
    }
}

extension MessageBuilder {
    func tenant(_ tenant: TenantMessage) -> UnsafeMutablePointer<Agentd__V1__Tenant> {
        let message = make(agentd__v1__tenant__init)
        message.pointee.id = text(tenant.id)
        message.pointee.slug = text(tenant.slug)
        message.pointee.display_name = text(tenant.displayName)
        message.pointee.domain = text(tenant.domain)
        message.pointee.state = Agentd__V1__TenantState(rawValue: UInt32(bitPattern: tenant.state))
        message.pointee.n_features = tenant.features.count
        message.pointee.features = pointers(tenant.features.map { text($0) })
        message.pointee.limits = tenant.limits.map { limits($0) }
        message.pointee.create_time = timestamp(tenant.createTime)
        message.pointee.update_time = timestamp(tenant.updateTime)
        message.pointee.delete_time = timestamp(tenant.deleteTime)
        message.pointee.etag = text(tenant.etag)
        return message
    }

    private func limits(_ limits: TenantLimits) -> UnsafeMutablePointer<Agentd__V1__TenantLimits> {
        let message = make(agentd__v1__tenant_limits__init)
        message.pointee.max_agents = limits.maxAgents
        message.pointee.max_users = limits.maxUsers
        message.pointee.max_tokens = limits.maxTokens
        message.pointee.requests_per_second = limits.requestsPerSecond
        message.pointee.max_in_flight = limits.maxInFlight
        return message
    }
}

package struct CreateTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__create_tenant_request__init)

    package var tenant: TenantMessage?
    package var administrator: UserMessage?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__CreateTenantRequest.self).pointee
        tenant = try optionalMessage(message.tenant, field: "tenant")
        administrator = try optionalMessage(message.administrator, field: "administrator")
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__create_tenant_request__init)
        message.pointee.tenant = tenant.map { writer.builder.tenant($0) }
        message.pointee.administrator = administrator.map { writer.builder.user($0) }
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct GetCurrentTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__get_current_tenant_request__init)

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {}

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.make(agentd__v1__get_current_tenant_request__init))
    }
}
