internal import AgentdCore
internal import Messages
internal import Storage

/// Creates a tenant, with its first administrator when one is given.
struct CreateTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/CreateTenant"
    static let access = Access.role(.systemAdministrator)

    private let isSingleTenant: Bool

    init(isSingleTenant: Bool = false) { self.isSingleTenant = isSingleTenant }

    func callAsFunction(_ request: CreateTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        let (tenant, administrator) = try Self.content(of: request)
        if isSingleTenant { throw .singleTenant }
        let statement = CreateTenantStatement(
            change: context.platformChange(requestID: request.requestID), tenant: tenant, administrator: administrator)
        return try await context.platform.run(statement).value(of: .created(.tenant))
    }

    static func content(of request: CreateTenantRequest) throws(ServiceError) -> (tenant: Tenant, administrator: User?)
    {
        var violations = FieldViolations()
        // The database gives the real id.
        var tenant = Tenant(id: TenantRules.unknownID)
        if let message = request.tenant {
            TenantRules.read(message, fields: .all.subtracting(.state), into: &tenant, &violations)
            if tenant.displayName.isEmpty { tenant.displayName = tenant.slug }
            violations.require(
                message.state == 0 || message.state == TenantState.active.rawValue, "tenant.state",
                "is always ACTIVE on creation")
        } else {
            violations.add("tenant", "is required")
        }
        let administrator = request.administrator.map { message in
            var user = User(tenantID: TenantRules.unknownID)
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
