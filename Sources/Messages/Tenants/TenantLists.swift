package import AgentdCore
internal import CAgentdProto

package struct ListTenantsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_tenants_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""
    package var showDeleted = false

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListTenantsRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
        showDeleted = message.show_deleted != 0
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_tenants_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        message.pointee.show_deleted = showDeleted ? 1 : 0
        return MessageView(pointer: message)
    }
}

/// The answer as the daemon writes it.
package struct ListTenantsAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListTenantsResponse.schema }

    package let tenants: [Tenant]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(tenants: [Tenant], nextPageToken: String) {
        self.tenants = tenants
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_tenants_response__init)
        message.pointee.n_tenants = tenants.count
        message.pointee.tenants = builder.pointers(tenants.map { builder.tenant(TenantMessage($0)) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// The answer as a client reads it.
package struct ListTenantsResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_tenants_response__init)

    package let tenants: [TenantMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListTenantsResponse.self).pointee
        tenants = try messages(message.n_tenants, message.tenants)
        nextPageToken = String(cString: message.next_page_token)
    }
}
