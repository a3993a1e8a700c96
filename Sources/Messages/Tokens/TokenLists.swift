package import AgentdCore
internal import CAgentdProto

package struct ListTokensRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_tokens_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""
    package var showRevoked = false

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListTokensRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
        showRevoked = message.show_revoked != 0
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_tokens_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        message.pointee.show_revoked = showRevoked ? 1 : 0
        return MessageView(pointer: message)
    }
}

/// The answer as the daemon writes it.
package struct ListTokensAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListTokensResponse.schema }

    package let tokens: [Token]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(tokens: [Token], nextPageToken: String) {
        self.tokens = tokens
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_tokens_response__init)
        message.pointee.n_tokens = tokens.count
        message.pointee.tokens = builder.pointers(tokens.map { builder.token(TokenMessage($0)) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// The answer as a client reads it.
package struct ListTokensResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_tokens_response__init)

    package let tokens: [TokenMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListTokensResponse.self).pointee
        tokens = try messages(message.n_tokens, message.tokens)
        nextPageToken = String(cString: message.next_page_token)
    }
}

package struct RevokeTokenRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__revoke_token_request__init)

    package var id = ""
    package var requestID = ""

    package init(id: String) { self.id = id }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__RevokeTokenRequest.self).pointee
        id = String(cString: message.id)
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__revoke_token_request__init)
        message.pointee.id = writer.builder.text(id)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

extension Token: EncodableMessage {
    package static var schema: MessageSchema { TokenMessage.schema }

    package func write(_ writer: MessageWriter) -> MessageView { TokenMessage(self).write(writer) }
}
