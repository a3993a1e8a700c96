internal import AgentdCore
internal import Messages
internal import Storage

/// Tells the caller who it is: its user and the tenant that this user belongs to, whichever tenant the call works in.
struct WhoAmI: RemoteProcedure {
    static let path = "/agentd.v1.UserService/WhoAmI"
    static let access = Access.authenticated

    func callAsFunction(_ request: WhoAmIRequest, _ context: CallContext) async throws(ServiceError) -> WhoAmIResponse {
        guard let (user, tenant) = try await context.homeTenant.run(WhoAmIStatement()) else {
            throw .userNotFound
        }
        return WhoAmIResponse(user: user, tenant: tenant)
    }
}
