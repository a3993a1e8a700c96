internal import AgentdCore
internal import Messages
internal import Storage

/// Changes display name and domain of the tenant of the call.
struct UpdateCurrentTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/UpdateCurrentTenant"
    static let access = Access.role(.tenantAdministrator)

    func callAsFunction(
        _ request: UpdateCurrentTenantRequest, _ context: CallContext
    ) async throws(ServiceError) -> Tenant {
        let (tenant, fields, revision) = try Self.update(of: request, tenantID: context.caller.tenantID)
        let statement = UpdateCurrentTenantStatement(
            change: context.change(requestID: request.requestID), tenant: tenant, fields: fields, revision: revision)
        let changed = try await context.tenant.run(statement).value(of: .tenant)
        await context.announce(.tenant(changed.id))
        return changed
    }

    /// What the request sets, and the revision that the tenant must have, if any.
    static func update(
        of request: UpdateCurrentTenantRequest, tenantID: TenantID
    ) throws(ServiceError) -> (tenant: Tenant, fields: TenantFields, revision: Int64?) {
        var violations = FieldViolations()
        var tenant = Tenant(id: tenantID)
        var fields: TenantFields = []
        if let message = request.tenant {
            fields = TenantMask.ownFields(request.updateMask, of: message, &violations)
            TenantRules.read(message, fields: fields, into: &tenant, &violations)
        } else {
            violations.add("tenant", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (tenant, fields, EntityTag.expectedRevision(request.tenant?.etag ?? ""))
    }
}
