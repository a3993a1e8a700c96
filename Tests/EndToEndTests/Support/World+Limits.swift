import Testing

internal import AgentdCore
internal import Messages

extension World {
    /// Sets limits of the first tenant.
    func limitAcme(_ what: String, _ change: (inout TenantLimits) -> Void) async throws {
        try await speakAsSystemAdministrator { administrator in
            var tenant = TenantMessage()
            tenant.id = ada.tenantID
            var limits = TenantLimits()
            change(&limits)
            tenant.limits = limits
            var request = UpdateTenantRequest()
            request.tenant = tenant
            request.updateMask = ["limits"]
            let changed = try await administrator.call(
                "TenantService/UpdateTenant", request, as: TenantMessage.self)
            #expect(changed.limits == limits, "\(what)")
        }
    }
}
