internal import AgentdCore
internal import Messages
internal import Storage

/// Marks an agent of the caller's own deleted.
struct DeleteAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/DeleteAgent"
    static let access = Access.authenticated
    static let changesTenant = true

    func callAsFunction(_ request: DeleteAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        let statement = DeleteAgentStatement(
            change: context.change(requestID: request.requestID), id: request.id,
            revision: EntityTag.expectedRevision(request.etag))
        return try await context.tenant.run(statement).value(of: .agent(request.id))
    }
}
