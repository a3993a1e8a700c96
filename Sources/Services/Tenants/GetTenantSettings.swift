internal import AgentdCore
internal import Messages
internal import Storage

/// Reads the settings of the tenant of the call.
struct GetTenantSettings: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/GetTenantSettings"
    static let access = Access.authenticated
    static let looksIntoInactiveTenants = true

    func callAsFunction(
        _ request: GetTenantSettingsRequest, _ context: CallContext
    ) async throws(ServiceError) -> TenantSettingsAnswer {
        guard let stored = try await context.tenant.run(GetTenantSettingsStatement()) else { throw .tenantNotFound }
        return TenantSettingsAnswer(stored)
    }
}

extension TenantSettingsAnswer {
    init(_ stored: StoredSettings) { self.init(settings: stored.settings, revision: stored.revision) }
}
