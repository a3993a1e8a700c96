internal import AgentdCore
internal import Messages
internal import Storage

/// Marks a tenant deleted: its callers are refused, and its slug and domain are free.
struct DeleteTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/DeleteTenant"
    static let access = Access.role(.systemAdministrator)

    func callAsFunction(_ request: DeleteTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        var violations = FieldViolations()
        let id = TenantRules.id(request.id, "id", &violations)
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        try context.caller.requireNotOwn(id)
        let statement = DeleteTenantStatement(
            change: context.platformChange(requestID: request.requestID), id: id,
            revision: EntityTag.expectedRevision(request.etag))
        let deleted = try await context.platform.run(statement).value(of: .tenant)
        await context.announce(.tenant(deleted.id))
        return deleted
    }
}
