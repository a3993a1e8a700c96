package import AgentdCore
internal import CAgentdProto

package struct ResolveTenantRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__resolve_tenant_request__init)

    package enum Key: Sendable, Equatable {
        case id(String)
        case slug(String)
        case domain(String)
    }

    /// Nil when the request has none.
    package var key: Key?

    package init(key: Key?) { self.key = key }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ResolveTenantRequest.self).pointee
        key =
            switch message.key_case {
            case AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_ID: .id(String(cString: message.id))
            case AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_SLUG: .slug(String(cString: message.slug))
            case AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_DOMAIN: .domain(String(cString: message.domain))
            default: nil
            }
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__resolve_tenant_request__init)
        switch key {
        case nil: break
        case .id(let id):
            message.pointee.key_case = AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_ID
            message.pointee.id = writer.builder.text(id)
        case .slug(let slug):
            message.pointee.key_case = AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_SLUG
            message.pointee.slug = writer.builder.text(slug)
        case .domain(let domain):
            message.pointee.key_case = AGENTD__V1__RESOLVE_TENANT_REQUEST__KEY_DOMAIN
            message.pointee.domain = writer.builder.text(domain)
        }
        return MessageView(pointer: message)
    }
}
