internal import AgentdCore
internal import Messages

extension Caller {
    /// - Parameter userID: Whose key it becomes; 0 for the caller's own.
    func issueToken(
        for userID: Int64 = 0, displayName: String = "", expireTime: Timestamp? = nil, requestID: String = "",
        headers: [Header] = []
    ) async throws -> IssueTokenResponse {
        var request = IssueTokenRequest()
        request.userID = userID
        request.displayName = displayName
        request.expireTime = expireTime
        request.requestID = requestID
        return try await call("TokenService/IssueToken", request, headers: headers)
    }

    func listTokens(_ change: (inout ListTokensRequest) -> Void = { _ in }) async throws -> ListTokensResponse {
        var request = ListTokensRequest()
        change(&request)
        return try await call("TokenService/ListTokens", request)
    }

    func revokeToken(_ id: String, requestID: String = "") async throws -> TokenMessage {
        var request = RevokeTokenRequest(id: id)
        request.requestID = requestID
        return try await call("TokenService/RevokeToken", request)
    }
}
