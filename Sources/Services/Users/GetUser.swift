internal import AgentdCore
internal import Messages
internal import Storage

/// Reads a user of the tenant, also a deleted one. Who is no administrator reads itself alone, and learns nothing of
/// whether there are others.
struct GetUser: RemoteProcedure {
    static let path = "/agentd.v1.UserService/GetUser"
    static let access = Access.authenticated
    static let looksIntoInactiveTenants = true

    func callAsFunction(_ request: GetUserRequest, _ context: CallContext) async throws(ServiceError) -> User {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        try violations.refuseIfAny()
        let caller = context.caller
        guard caller.isAdministrator || request.id == caller.userID else {
            throw await context.refusal(needing: .tenantAdministrator)
        }
        guard let user = try await context.tenant.run(GetUserStatement(id: request.id)) else { throw .userNotFound }
        return user
    }
}
