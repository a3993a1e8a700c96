internal import AgentdCore
internal import Messages
internal import Storage

/// Changes any tenant that is not deleted; its state suspends and resumes it.
struct UpdateTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/UpdateTenant"
    static let access = Access.role(.systemAdministrator)

    private let isSingleTenant: Bool

    init(isSingleTenant: Bool = false) { self.isSingleTenant = isSingleTenant }

    func callAsFunction(_ request: UpdateTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        let (tenant, fields, revision) = try Self.update(of: request)
        // The daemon finds the one tenant by its slug when it starts.
        if isSingleTenant, fields.contains(.slug) { throw .singleTenant }
        if fields.contains(.state), tenant.state != .active { try context.caller.requireNotOwn(tenant.id) }
        let statement = UpdateTenantStatement(
            change: context.platformChange(requestID: request.requestID), tenant: tenant, fields: fields,
            revision: revision)
        let changed = try await context.platform.run(statement).value(of: .tenant)
        await context.announce(.tenant(changed.id))
        return changed
    }

    /// What the request sets on which tenant, and the revision that the tenant must have, if any.
    static func update(
        of request: UpdateTenantRequest
    ) throws(ServiceError) -> (tenant: Tenant, fields: TenantFields, revision: Int64?) {
        var violations = FieldViolations()
        var tenant = Tenant(id: TenantRules.unknownID)
        var fields: TenantFields = []
        if let message = request.tenant {
            tenant.id = TenantRules.id(message.id, "tenant.id", &violations)
            fields = TenantMask.fields(request.updateMask, of: message, &violations)
            TenantRules.read(message, fields: fields, into: &tenant, &violations)
        } else {
            violations.add("tenant", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (tenant, fields, EntityTag.expectedRevision(request.tenant?.etag ?? ""))
    }
}
