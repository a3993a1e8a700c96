internal import AgentdCore
internal import Messages

/// `agentd.v1.TenantService`.
extension AgentdClient {
    /// Creates a tenant. System administrators only.
    /// - Parameters:
    ///   - administrator: Its first administrator, when there shall be one: email and display name are used.
    ///   - requestID: A UUID that makes repeating it safe; made here when there is none.
    public func createTenant(
        _ tenant: Tenant, administrator: User? = nil, requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        var request = CreateTenantRequest()
        request.tenant = tenant.message(&text)
        request.administrator = administrator?.message(&text, field: "administrator")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        let message: TenantMessage = try await call(
            "/agentd.v1.TenantService/CreateTenant", request, kind: .repeatableChange, options: options)
        return Tenant(message)
    }

    /// The tenant that the caller works in.
    public func getCurrentTenant(options: CallOptions = .standard) async throws(AgentdError) -> Tenant {
        let message: TenantMessage = try await call(
            "/agentd.v1.TenantService/GetCurrentTenant", GetCurrentTenantRequest(), kind: .read, options: options)
        return Tenant(message)
    }
}
