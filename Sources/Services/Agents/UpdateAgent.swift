internal import AgentdCore
internal import Messages
internal import Storage

/// Changes fields of an agent of the caller's own.
struct UpdateAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/UpdateAgent"
    static let access = Access.authenticated
    static let changesTenant = true

    func callAsFunction(_ request: UpdateAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        let (agent, fields, revision) = try Self.update(of: request, tenant: context.caller.tenant)
        try context.caller.requireFeatures(for: agent, fields: fields)
        let statement = UpdateAgentStatement(
            change: context.change(requestID: request.requestID), agent: agent, fields: fields, revision: revision)
        return try await context.tenant.run(statement).value(of: .agent(agent.id))
    }

    /// What the request sets on which agent, and the revision that the agent must have, if any.
    static func update(
        of request: UpdateAgentRequest, tenant: TenantProfile
    ) throws(ServiceError) -> (agent: Agent, fields: AgentFields, revision: Int64?) {
        var violations = FieldViolations()
        var agent = Agent(tenantID: tenant.id)
        var fields: AgentFields = []
        if let message = request.agent {
            violations.requireID(message.id, "agent.id")
            agent.id = message.id
            fields = AgentMask.fields(request.updateMask, of: message, &violations)
            AgentRules.read(message, fields: fields, settings: tenant.settings, into: &agent, &violations)
        } else {
            violations.add("agent", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (agent, fields, EntityTag.expectedRevision(request.agent?.etag ?? ""))
    }
}
