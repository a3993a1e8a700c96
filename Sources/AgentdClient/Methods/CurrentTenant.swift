internal import AgentdCore
internal import Messages

/// The part of `agentd.v1.TenantService` that is about the tenant of the call: the caller's own, or the one that a
/// system administrator selected with `Configuration.tenant` or `CallOptions.tenant`.
extension AgentdClient {
    /// The tenant that the caller works in.
    public func getCurrentTenant(options: CallOptions = .standard) async throws(AgentdError) -> Tenant {
        let message: TenantMessage = try await call(
            "/agentd.v1.TenantService/GetCurrentTenant", GetCurrentTenantRequest(), kind: .read, options: options)
        return Tenant(message)
    }

    /// Changes display name and domain of the tenant. Administrators only.
    /// - Parameters:
    ///   - tenant: `etag`, when there is one, must match.
    ///   - fields: Those that change, also to an empty value.
    ///   - requestID: A UUID.
    public func updateCurrentTenant(
        _ tenant: Tenant, fields: [CurrentTenantField], requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        var request = UpdateCurrentTenantRequest()
        request.tenant = tenant.message(&text)
        request.updateMask = text.checkedMask(fields)
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await changeTenant("/agentd.v1.TenantService/UpdateCurrentTenant", request, options)
    }

    /// Counts what the tenant has and does. Administrators only.
    public func getTenantStats(
        view: TenantStatsView = .unspecified, options: CallOptions = .standard
    ) async throws(AgentdError) -> TenantStats {
        var request = GetTenantStatsRequest()
        request.view = view.rawValue
        let message: TenantStatsMessage = try await call(
            "/agentd.v1.TenantService/GetTenantStats", request, kind: .read, options: options)
        return TenantStats(message)
    }

    /// The settings of the tenant, all of them, with their defaults and what they mean.
    public func getTenantSettings(options: CallOptions = .standard) async throws(AgentdError) -> TenantSettings {
        let message: TenantSettingsMessage = try await call(
            "/agentd.v1.TenantService/GetTenantSettings", GetTenantSettingsRequest(), kind: .read, options: options)
        return TenantSettings(message)
    }

    /// Changes some settings of the tenant. Administrators only.
    /// - Parameters:
    ///   - settings: Their keys and values are used; an empty value takes the setting back to its default.
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    /// - Returns: All settings, as they are now.
    public func updateTenantSettings(
        _ settings: [TenantSetting], etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> TenantSettings {
        var text = TextFields()
        var request = UpdateTenantSettingsRequest()
        request.settings = settings.enumerated().map { $1.message(&text, field: "settings[\($0)]") }
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        let message: TenantSettingsMessage = try await call(
            "/agentd.v1.TenantService/UpdateTenantSettings", request, kind: .repeatableChange, options: options)
        return TenantSettings(message)
    }
}
