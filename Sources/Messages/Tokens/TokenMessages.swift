package import AgentdCore
internal import CAgentdProto

/// `agentd.v1.Token` as it stands on the wire.
package struct TokenMessage: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__token__init)

    package var id = ""
    package var tenantID = ""
    package var userID: Int64 = 0
    package var displayName = ""
    package var createTime: Timestamp?
    package var expireTime: Timestamp?
    package var lastUseTime: Timestamp?
    package var revokeTime: Timestamp?

    package init(_ token: Token) {
        id = token.id
        tenantID = token.tenantID.description
        userID = token.userID
        displayName = token.displayName
        createTime = token.createTime
        expireTime = token.expireTime
        lastUseTime = token.lastUseTime
        revokeTime = token.revokeTime
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__Token.self).pointee
        id = String(cString: message.id)
        tenantID = String(cString: message.tenant_id)
        userID = message.user_id
        displayName = String(cString: message.display_name)
        createTime = try timestamp(message.create_time, field: "create_time")
        expireTime = try timestamp(message.expire_time, field: "expire_time")
        lastUseTime = try timestamp(message.last_use_time, field: "last_use_time")
        revokeTime = try timestamp(message.revoke_time, field: "revoke_time")
    }

    package func write(_ writer: MessageWriter) -> MessageView { MessageView(pointer: writer.builder.token(self)) }
}

extension MessageBuilder {
    func token(_ token: TokenMessage) -> UnsafeMutablePointer<Agentd__V1__Token> {
        let message = make(agentd__v1__token__init)
        message.pointee.id = text(token.id)
        message.pointee.tenant_id = text(token.tenantID)
        message.pointee.user_id = token.userID
        message.pointee.display_name = text(token.displayName)
        message.pointee.create_time = timestamp(token.createTime)
        message.pointee.expire_time = timestamp(token.expireTime)
        message.pointee.last_use_time = timestamp(token.lastUseTime)
        message.pointee.revoke_time = timestamp(token.revokeTime)
        return message
    }
}

package struct IssueTokenRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__issue_token_request__init)

    /// 0 means the caller.
    package var userID: Int64 = 0
    package var displayName = ""
    package var expireTime: Timestamp?
    package var requestID = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__IssueTokenRequest.self).pointee
        userID = message.user_id
        displayName = String(cString: message.display_name)
        expireTime = try timestamp(message.expire_time, field: "expire_time")
        requestID = String(cString: message.request_id)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__issue_token_request__init)
        message.pointee.user_id = userID
        message.pointee.display_name = writer.builder.text(displayName)
        message.pointee.expire_time = writer.builder.timestamp(expireTime)
        message.pointee.request_id = writer.builder.text(requestID)
        return MessageView(pointer: message)
    }
}

package struct IssueTokenResponse: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__issue_token_response__init)

    package var token: TokenMessage?
    package var secret = ""

    package init(token: Token, secret: String) {
        self.token = TokenMessage(token)
        self.secret = secret
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__IssueTokenResponse.self).pointee
        token = try optionalMessage(message.token, field: "token")
        secret = String(cString: message.secret)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__issue_token_response__init)
        message.pointee.token = token.map { writer.builder.token($0) }
        message.pointee.secret = writer.builder.text(secret)
        return MessageView(pointer: message)
    }
}
