package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.AuditEvent` as it stands on the wire.
package struct AuditEventMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__audit_event__init)

    package var id: Int64 = 0
    package var tenantID = ""
    package var actorTenantID = ""
    package var actorUserID: Int64 = 0
    package var tokenID = ""
    package var action = ""
    /// The number of an `AuditOutcome`, or one that this version does not know.
    package var outcome: Int32 = 0
    package var objectType = ""
    package var objectID = ""
    package var changes = ""
    package var callID = ""
    package var createTime: Timestamp?

    package init() {}

    package init(_ event: AuditEvent) {
        id = event.id
        tenantID = event.tenantID.description
        actorTenantID = event.actorTenantID.description
        actorUserID = event.actorUserID
        tokenID = event.tokenID
        action = event.action
        outcome = event.outcome.rawValue
        objectType = event.objectType
        objectID = event.objectID
        changes = event.changes
        callID = event.callID
        createTime = event.createTime
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__AuditEvent.self).pointee
        id = message.id
        tenantID = String(cString: message.tenant_id)
        actorTenantID = String(cString: message.actor_tenant_id)
        actorUserID = message.actor_user_id
        tokenID = String(cString: message.token_id)
        action = String(cString: message.action)
        outcome = Int32(bitPattern: message.outcome.rawValue)
        objectType = String(cString: message.object_type)
        objectID = String(cString: message.object_id)
        changes = String(cString: message.changes)
        callID = String(cString: message.call_id)
        createTime = try timestamp(message.create_time, field: "create_time")
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.auditEvent(self))
    }
}

extension MessageBuilder {
    func auditEvent(_ event: AuditEventMessage) -> UnsafeMutablePointer<Agentd__V1__AuditEvent> {
        let message = make(agentd__v1__audit_event__init)
        message.pointee.id = event.id
        message.pointee.tenant_id = text(event.tenantID)
        message.pointee.actor_tenant_id = text(event.actorTenantID)
        message.pointee.actor_user_id = event.actorUserID
        message.pointee.token_id = text(event.tokenID)
        message.pointee.action = text(event.action)
        message.pointee.outcome = Agentd__V1__AuditOutcome(rawValue: UInt32(bitPattern: event.outcome))
        message.pointee.object_type = text(event.objectType)
        message.pointee.object_id = text(event.objectID)
        message.pointee.changes = text(event.changes)
        message.pointee.call_id = text(event.callID)
        message.pointee.create_time = timestamp(event.createTime)
        return message
    }
}

package struct ListAuditEventsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_audit_events_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListAuditEventsRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_audit_events_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        return MessageView(pointer: message)
    }
}

/// The answer as the daemon writes it.
package struct ListAuditEventsAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListAuditEventsResponse.schema }

    package let auditEvents: [AuditEvent]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(auditEvents: [AuditEvent], nextPageToken: String) {
        self.auditEvents = auditEvents
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_audit_events_response__init)
        message.pointee.n_audit_events = auditEvents.count
        message.pointee.audit_events = builder.pointers(auditEvents.map { builder.auditEvent(AuditEventMessage($0)) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// The answer as a client reads it.
package struct ListAuditEventsResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_audit_events_response__init)

    package let auditEvents: [AuditEventMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListAuditEventsResponse.self).pointee
        auditEvents = try messages(message.n_audit_events, message.audit_events)
        nextPageToken = String(cString: message.next_page_token)
    }
}
