internal import AgentdCore
internal import Messages
internal import Storage

/// Finds a tenant by id, slug or domain. Who is no system administrator finds its own tenant alone; every other one is
/// to it like one that never was.
struct ResolveTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/ResolveTenant"
    static let access = Access.authenticated

    func callAsFunction(_ request: ResolveTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        let key = try Self.key(of: request)
        let tenant =
            context.caller.role == .systemAdministrator
            ? try await context.platform.run(FindTenantStatement(key))
            : try await context.tenant.run(GetCurrentTenantStatement())
        guard let tenant, key.names(tenant) else { throw .tenantNotFound }
        return tenant
    }

    static func key(of request: ResolveTenantRequest) throws(ServiceError) -> FindTenantStatement.Key {
        var violations = FieldViolations()
        var key = FindTenantStatement.Key.id(TenantRules.unknownID)
        switch request.key {
        case nil:
            violations.add("key", "is required: one of id, slug, domain")
        case .id(let text):
            key = .id(TenantRules.id(text, "id", &violations))
        case .slug(let text):
            violations.require(TenantSlug.isValid(text), "slug", TenantRules.slugExpectation)
            key = .slug(text)
        case .domain(let text):
            let domain = DomainName.canonical(text)
            violations.require(domain != nil, "domain", TenantRules.domainExpectation)
            key = .domain(domain ?? "")
        }
        try violations.refuseIfAny()
        return key
    }
}

extension FindTenantStatement.Key {
    fileprivate func names(_ tenant: Tenant) -> Bool {
        switch self {
        case .id(let id): tenant.id == id
        case .slug(let slug): tenant.slug == slug
        case .domain(let domain): tenant.domain == domain
        }
    }
}
