internal import AgentdCore
internal import Messages
internal import Storage

/// Creates a tenant, with its first administrator when one is given.
struct CreateTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/CreateTenant"
    static let access = Access.role(.systemAdministrator)

    func callAsFunction(_ request: CreateTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        let (tenant, administrator) = try Self.content(of: request)
        let statement = CreateTenantStatement(
            change: context.change(requestID: request.requestID), caller: context.caller,
            callID: context.inbound.callID,
            tenant: tenant, administrator: administrator)
        return try await context.platform.run(statement).value(of: .created("tenant"))
    }

    static func content(of request: CreateTenantRequest) throws(ServiceError) -> (tenant: Tenant, administrator: User?)
    {
        var violations = FieldViolations()
        // The database gives the real id.
        let placeholder = TenantID(UUIDValue(high: 0, low: 0))
        var tenant = Tenant(id: placeholder)
        if let message = request.tenant {
            TenantRules.read(message, into: &tenant, &violations)
        } else {
            violations.add("tenant", "is required")
        }
        let administrator = request.administrator.map { message in
            var user = User(tenantID: placeholder)
            UserRules.read(message, field: "administrator", into: &user, &violations)
            let role = Role(rawValue: message.role)
            violations.require(
                message.role == 0 || role == .tenantAdministrator, "administrator.role", "is always TENANT_ADMIN")
            user.role = .tenantAdministrator
            return user
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (tenant, administrator)
    }
}
