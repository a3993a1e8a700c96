internal import AgentdCore
internal import Messages
internal import Storage

/// Reads an agent that is the caller's own or public in the tenant.
struct GetAgent: LookUpProcedure {
    static let path = "/agentd.v1.AgentService/GetAgent"
    static let answer = AgentMessage.schema

    func lookUp(_ request: GetAgentRequest, of caller: Caller) throws(ServiceError) -> GetAgentStatement {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        try violations.refuseIfAny()
        return GetAgentStatement(id: request.id)
    }

    func encode(
        _ found: AgentView?, answering request: GetAgentRequest, of caller: Caller, in arena: Arena
    ) throws(ServiceError) -> EncodedMessage {
        guard let found else { throw .agentNotFound }
        return EncodedMessage(found, arena: arena)
    }
}
