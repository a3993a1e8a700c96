internal import AgentdCore
internal import Messages
internal import Storage

/// Takes back the deletion of an agent of the caller's own.
struct UndeleteAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/UndeleteAgent"
    static let access = Access.authenticated
    static let changesTenant = true

    func callAsFunction(_ request: UndeleteAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        let statement = UndeleteAgentStatement(
            change: context.change(requestID: request.requestID), id: request.id,
            revision: EntityTag.expectedRevision(request.etag))
        return try await context.tenant.run(statement).value(of: .agent(request.id))
    }
}
