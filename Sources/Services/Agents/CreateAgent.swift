internal import AgentdCore
internal import Messages
internal import Storage

/// Creates an agent that the caller owns, in the caller's own tenant.
struct CreateAgent: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/CreateAgent"
    static let access = Access.authenticated
    static let changesTenant = true

    func callAsFunction(_ request: CreateAgentRequest, _ context: CallContext) async throws(ServiceError) -> Agent {
        let (agent, fields) = try Self.agent(of: request, tenant: context.caller.tenant)
        guard context.caller.isAtHome else {
            throw ServiceError(
                .tenantMismatch,
                "An agent is created in the tenant of its owner. Call without `x-agentd-tenant`, or with a token of "
                    + "that tenant."
            )
        }
        try context.caller.requireFeatures(for: agent, fields: fields)
        let statement = CreateAgentStatement(change: context.change(requestID: request.requestID), agent: agent)
        return try await context.tenant.run(statement).value(of: .created(.agent))
    }

    /// The agent that the request describes, and which of its fields it sets.
    static func agent(
        of request: CreateAgentRequest, tenant: TenantProfile
    ) throws(ServiceError) -> (agent: Agent, fields: AgentFields) {
        var violations = FieldViolations()
        var agent = Agent(tenantID: tenant.id)
        var fields = AgentFields.all
        if let message = request.agent {
            agent.status = tenant.settings.defaultAgentStatus
            if message.status == 0 { fields.remove(.status) }
            AgentRules.read(message, fields: fields, settings: tenant.settings, into: &agent, &violations)
            if let isPublic = visibility(request.visibility, message, &violations) {
                agent.isPublic = isPublic
            } else {
                // Nobody asked for it, so without the feature it is private and no error.
                fields.remove(.isPublic)
                agent.isPublic =
                    tenant.settings.defaultAgentVisibility == .public && tenant.features.contains(.agentSharing)
            }
        } else {
            violations.add("agent", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (agent, fields)
    }

    /// Whether the request wants the agent public; nil when it does not say.
    private static func visibility(
        _ number: Int32, _ message: AgentMessage, _ violations: inout FieldViolations
    ) -> Bool? {
        if number == 0 { return message.isPublic ? true : nil }
        let visibility = AgentVisibility(rawValue: number)
        violations.require(visibility != nil, "visibility", "is unknown, PRIVATE or PUBLIC")
        violations.require(
            visibility != .private || !message.isPublic, "visibility", "is PRIVATE, but agent.is_public is true")
        return visibility == .public
    }
}
