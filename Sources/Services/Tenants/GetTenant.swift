internal import AgentdCore
internal import Messages
internal import Storage

/// Reads any tenant, also a suspended or deleted one.
struct GetTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/GetTenant"
    static let access = Access.role(.systemAdministrator)

    func callAsFunction(_ request: GetTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        var violations = FieldViolations()
        let id = TenantRules.id(request.id, "id", &violations)
        try violations.refuseIfAny()
        guard let tenant = try await context.platform.run(FindTenantStatement(.id(id))) else { throw .tenantNotFound }
        return tenant
    }
}
