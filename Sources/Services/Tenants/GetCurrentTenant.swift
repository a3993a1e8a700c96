internal import AgentdCore
internal import Messages
internal import Storage

/// Reads the tenant that the call works in: the caller's own, or the one that a system administrator selected.
struct GetCurrentTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/GetCurrentTenant"
    static let access = Access.authenticated
    static let looksIntoInactiveTenants = true

    func callAsFunction(_ request: GetCurrentTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant
    {
        guard let tenant = try await context.tenant.run(GetCurrentTenantStatement()) else {
            throw ServiceError(
                .tenantNotFound, "The tenant is no longer there.",
                details: [.resource(type: "agentd.v1.Tenant", name: "\(context.caller.tenantID)")])
        }
        return tenant
    }
}
