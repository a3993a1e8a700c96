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
}
