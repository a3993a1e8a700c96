internal import AgentdCore
public import FoundationEssentials
internal import Messages

/// `agentd.v1.TokenService`.
extension AgentdClient {
    /// Issues an API key for the caller, or (administrators) for a user of the tenant.
    /// - Parameters:
    ///   - userID: 0 means the caller.
    ///   - displayName: What it is for; at most 255 characters.
    ///   - expireTime: Nil means that it does not expire.
    ///   - requestID: A UUID that makes repeating it safe with the same token; made here when there is none.
    public func issueToken(
        userID: Int64 = 0, displayName: String = "", expireTime: Date? = nil, requestID: String? = nil,
        options: CallOptions = .standard
    ) async throws(AgentdError) -> IssuedToken {
        var text = TextFields()
        var request = IssueTokenRequest()
        request.userID = userID
        request.displayName = text.checked(displayName, "display_name")
        request.expireTime = expireTime.map { Timestamp($0) }
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        let response: IssueTokenResponse = try await call(
            "/agentd.v1.TokenService/IssueToken", request, kind: .repeatableChange, options: options)
        guard let token = response.token else {
            throw AgentdError(.internal, "The daemon's answer holds no token.")
        }
        return IssuedToken(token: Token(token), secret: response.secret)
    }
    /// One page of API keys without their secrets, newest first: the caller's own, or (administrators) the tenant's.
    /// - Parameters:
    ///   - query: Its filter takes `user_id = 7`.
    ///   - showRevoked: Revoked and expired keys too, and those of users who are not active.
    ///   - pageToken: Of the page before; empty for the first one.
    public func listTokens(
        _ query: ListQuery = ListQuery(), showRevoked: Bool = false, pageToken: String = "",
        options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<Token> {
        var text = TextFields()
        var request = ListTokensRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        request.showRevoked = showRevoked
        try text.finish()
        let response: ListTokensResponse = try await call(
            "/agentd.v1.TokenService/ListTokens", request, kind: .read, options: options)
        return Page(resources: response.tokens.map { Token($0) }, nextPageToken: response.nextPageToken)
    }

    /// All API keys of the caller, or (administrators) of the tenant, fetched page by page.
    public func allTokens(
        _ query: ListQuery = ListQuery(), showRevoked: Bool = false, options: CallOptions = .standard
    ) -> PageSequence<Token> {
        PageSequence { (token) throws(AgentdError) in
            try await self.listTokens(query, showRevoked: showRevoked, pageToken: token, options: options)
        }
    }

    /// Revokes an API key of the caller's own, or (administrators) of a user of the tenant. Revoking it again changes
    /// nothing.
    /// - Parameters:
    ///   - id: The part of the key that is no secret.
    ///   - requestID: A UUID that makes repeating it safe; made here when there is none.
    public func revokeToken(
        id: String, requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Token {
        var text = TextFields()
        var request = RevokeTokenRequest(id: text.checked(id, "id"))
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        let message: TokenMessage = try await call(
            "/agentd.v1.TokenService/RevokeToken", request, kind: .repeatableChange, options: options)
        return Token(message)
    }
}
