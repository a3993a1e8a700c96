internal import AgentdCore
internal import Messages

/// `agentd.v1.UserService`.
extension AgentdClient {
    /// Creates a user in the selected tenant, or else in the caller's own. System administrators only.
    /// - Parameter requestID: A UUID that makes repeating it safe; made here when there is none.
    public func createUser(
        _ user: User, requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> User {
        var text = TextFields()
        var request = CreateUserRequest()
        request.user = user.message(&text, field: "user")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        let message: UserMessage = try await call(
            "/agentd.v1.UserService/CreateUser", request, kind: .repeatableChange, options: options)
        return User(message)
    }

    /// The caller: user and tenant.
    public func whoAmI(options: CallOptions = .standard) async throws(AgentdError) -> Identity {
        let response: WhoAmIResponse = try await call(
            "/agentd.v1.UserService/WhoAmI", WhoAmIRequest(), kind: .read, options: options)
        return Identity(user: User(response.user ?? UserMessage()), tenant: Tenant(response.tenant ?? TenantMessage()))
    }
}
