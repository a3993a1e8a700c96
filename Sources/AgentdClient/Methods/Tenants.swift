internal import AgentdCore
internal import Messages

/// The part of `agentd.v1.TenantService` that is for system administrators, and `ResolveTenant`. Every change carries a
/// request id, made here when the caller gives none, so that it can be tried again without being made twice.
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
        return try await changeTenant("/agentd.v1.TenantService/CreateTenant", request, options)
    }

    /// Reads a tenant, also a suspended or deleted one. System administrators only.
    public func getTenant(id: String, options: CallOptions = .standard) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        let request = GetTenantRequest(id: text.checked(id, "id"))
        try text.finish()
        let message: TenantMessage = try await call(
            "/agentd.v1.TenantService/GetTenant", request, kind: .read, options: options)
        return Tenant(message)
    }

    /// One page of the tenants, by slug. System administrators only.
    /// - Parameters:
    ///   - query: Its filter takes `state = SUSPENDED`, `slug = acme*`, `domain = example.com`, `feature = NAME`.
    ///   - showDeleted: Deleted tenants too.
    ///   - pageToken: Of the page before; empty for the first one.
    public func listTenants(
        _ query: ListQuery = ListQuery(), showDeleted: Bool = false, pageToken: String = "",
        options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<Tenant> {
        var text = TextFields()
        var request = ListTenantsRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        request.showDeleted = showDeleted
        try text.finish()
        let response: ListTenantsResponse = try await call(
            "/agentd.v1.TenantService/ListTenants", request, kind: .read, options: options)
        return Page(resources: response.tenants.map { Tenant($0) }, nextPageToken: response.nextPageToken)
    }

    /// All tenants, fetched page by page. System administrators only.
    public func allTenants(
        _ query: ListQuery = ListQuery(), showDeleted: Bool = false, options: CallOptions = .standard
    ) -> PageSequence<Tenant> {
        PageSequence { (token) throws(AgentdError) in
            try await self.listTenants(query, showDeleted: showDeleted, pageToken: token, options: options)
        }
    }

    /// Changes fields of a tenant; its state suspends and resumes it. System administrators only.
    /// - Parameters:
    ///   - tenant: `id` says which; `etag`, when there is one, must match.
    ///   - fields: Those that change, also to an empty value.
    ///   - requestID: A UUID.
    public func updateTenant(
        _ tenant: Tenant, fields: [TenantField], requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        var request = UpdateTenantRequest()
        request.tenant = tenant.message(&text)
        request.updateMask = text.checkedMask(fields)
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await changeTenant("/agentd.v1.TenantService/UpdateTenant", request, options)
    }

    /// Marks a tenant deleted: its callers are refused, and its slug and domain are free. Nothing of it is removed.
    /// System administrators only, and not the tenant that they belong to.
    /// - Parameters:
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    public func deleteTenant(
        id: String, etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        var request = DeleteTenantRequest(id: text.checked(id, "id"))
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await changeTenant("/agentd.v1.TenantService/DeleteTenant", request, options)
    }

    /// Takes back the deletion of a tenant, unless its slug or domain is taken by now. System administrators only.
    /// - Parameters:
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    public func undeleteTenant(
        id: String, etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        var request = UndeleteTenantRequest(id: text.checked(id, "id"))
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await changeTenant("/agentd.v1.TenantService/UndeleteTenant", request, options)
    }

    /// Finds a tenant by id, slug or domain. Who is no system administrator finds its own tenant alone.
    public func resolveTenant(
        _ key: TenantKey, options: CallOptions = .standard
    ) async throws(AgentdError) -> Tenant {
        var text = TextFields()
        let request = ResolveTenantRequest(key: key.message(&text))
        try text.finish()
        let message: TenantMessage = try await call(
            "/agentd.v1.TenantService/ResolveTenant", request, kind: .read, options: options)
        return Tenant(message)
    }

    func changeTenant(
        _ path: String, _ request: some EncodableMessage, _ options: CallOptions
    ) async throws(AgentdError) -> Tenant {
        let message: TenantMessage = try await call(path, request, kind: .repeatableChange, options: options)
        return Tenant(message)
    }
}
