internal import AgentdCore
internal import Messages
internal import Storage

/// Reads an agent that is the caller's own or public in the tenant.
struct GetAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/GetAgent"
    static let access = Access.authenticated

    func callAsFunction(_ request: GetAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        try violations.refuseIfAny()
        guard let agent = try await context.tenant.run(GetAgentStatement(id: request.id)) else {
            throw .agentNotFound
        }
        return agent
    }
}
