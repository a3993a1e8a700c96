internal import AgentdCore
internal import Messages
internal import Storage

/// Creates an agent that the caller owns, in the caller's own tenant.
struct CreateAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/CreateAgent"
    static let access = Access.authenticated

    func callAsFunction(_ request: CreateAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        let (agent, fields) = try Self.agent(of: request, tenantID: context.caller.tenantID)
        guard context.caller.isAtHome else {
            throw ServiceError(
                .tenantMismatch,
                "An agent is created in the tenant of its owner. Call without `x-agentd-tenant`, or with a token of "
                    + "that tenant."
            )
        }
        try context.caller.requireFeatures(for: agent, fields: fields)
        let statement = CreateAgentStatement(change: context.change(requestID: request.requestID), agent: agent)
        return try await context.tenant.run(statement).value(of: .created("agent"))
    }

    /// The agent that the request describes, and which of its fields it sets.
    static func agent(
        of request: CreateAgentRequest, tenantID: TenantID
    ) throws(ServiceError) -> (agent: Agent, fields: AgentFields) {
        var violations = FieldViolations()
        var agent = Agent(tenantID: tenantID)
        var fields = AgentFields.all
        if let message = request.agent {
            // Unspecified means DRAFT here.
            if message.status == 0 { fields.remove(.status) }
            AgentRules.read(message, fields: fields, into: &agent, &violations)
        } else {
            violations.add("agent", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (agent, fields)
    }
}
