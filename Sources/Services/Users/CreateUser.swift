internal import AgentdCore
internal import Messages
internal import Storage

/// Creates a user in the tenant that the call works in.
struct CreateUser: RemoteProcedure {
    static let path = "/agentd.v1.UserService/CreateUser"
    static let access = Access.role(.tenantAdministrator)

    func callAsFunction(_ request: CreateUserRequest, _ context: CallContext) async throws(ServiceError) -> User {
        let user = try Self.user(of: request, tenantID: context.caller.tenantID)
        let statement = CreateUserStatement(change: context.change(requestID: request.requestID), user: user)
        return try await context.tenant.run(statement).value(of: .created(.user))
    }

    static func user(of request: CreateUserRequest, tenantID: TenantID) throws(ServiceError) -> User {
        var violations = FieldViolations()
        var user = User(tenantID: tenantID)
        if let message = request.user {
            UserRules.read(message, field: "user", into: &user, &violations)
            // Unspecified means MEMBER.
            if message.role != 0 { user.role = UserRules.role(message.role, &violations) }
        } else {
            violations.add("user", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return user
    }
}
