internal import AgentdCore
internal import Messages

extension Caller {
    func getTenant(_ id: String) async throws -> TenantMessage {
        try await call("TenantService/GetTenant", GetTenantRequest(id: id))
    }

    func listTenants(_ change: (inout ListTenantsRequest) -> Void = { _ in }) async throws -> ListTenantsResponse {
        var request = ListTenantsRequest()
        change(&request)
        return try await call("TenantService/ListTenants", request)
    }

    func createTenant(
        requestID: String = "", _ change: (inout TenantMessage) -> Void
    ) async throws -> TenantMessage {
        var request = CreateTenantRequest()
        var tenant = TenantMessage()
        change(&tenant)
        request.tenant = tenant
        request.requestID = requestID
        return try await call("TenantService/CreateTenant", request)
    }

    func updateTenant(
        _ id: String, mask: [String]? = nil, requestID: String = "", _ change: (inout TenantMessage) -> Void
    ) async throws -> TenantMessage {
        var request = UpdateTenantRequest()
        var tenant = TenantMessage()
        tenant.id = id
        change(&tenant)
        request.tenant = tenant
        request.updateMask = mask
        request.requestID = requestID
        return try await call("TenantService/UpdateTenant", request)
    }

    func setState(_ state: TenantState, of id: String) async throws -> TenantMessage {
        try await updateTenant(id, mask: ["state"]) { $0.state = state.rawValue }
    }

    func deleteTenant(_ id: String, etag: String = "", requestID: String = "") async throws -> TenantMessage {
        var request = DeleteTenantRequest(id: id)
        request.etag = etag
        request.requestID = requestID
        return try await call("TenantService/DeleteTenant", request)
    }

    func undeleteTenant(_ id: String, etag: String = "", requestID: String = "") async throws -> TenantMessage {
        var request = UndeleteTenantRequest(id: id)
        request.etag = etag
        request.requestID = requestID
        return try await call("TenantService/UndeleteTenant", request)
    }

    func updateCurrentTenant(
        mask: [String]? = nil, requestID: String = "", _ change: (inout TenantMessage) -> Void
    ) async throws -> TenantMessage {
        var request = UpdateCurrentTenantRequest()
        var tenant = TenantMessage()
        change(&tenant)
        request.tenant = tenant
        request.updateMask = mask
        request.requestID = requestID
        return try await call("TenantService/UpdateCurrentTenant", request)
    }

    func tenantSettings() async throws -> TenantSettingsMessage {
        try await call("TenantService/GetTenantSettings", GetTenantSettingsRequest())
    }

    /// - Parameter settings: Pairs of key and value; a key may occur twice.
    func updateTenantSettings(
        _ settings: KeyValuePairs<String, String>, etag: String = "", requestID: String = ""
    ) async throws -> TenantSettingsMessage {
        var request = UpdateTenantSettingsRequest()
        request.settings = settings.map { .init(key: $0.key, value: $0.value) }
        request.etag = etag
        request.requestID = requestID
        return try await call("TenantService/UpdateTenantSettings", request)
    }
}
