internal import AgentdCore
internal import Messages
internal import Storage

/// Takes back the deletion of a tenant, unless its slug or domain is taken by now.
struct UndeleteTenant: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/UndeleteTenant"
    static let access = Access.role(.systemAdministrator)

    private let isSingleTenant: Bool

    init(isSingleTenant: Bool = false) { self.isSingleTenant = isSingleTenant }

    func callAsFunction(_ request: UndeleteTenantRequest, _ context: CallContext) async throws(ServiceError) -> Tenant {
        var violations = FieldViolations()
        let id = TenantRules.id(request.id, "id", &violations)
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        if isSingleTenant { throw .singleTenant }
        let statement = UndeleteTenantStatement(
            change: context.platformChange(requestID: request.requestID), id: id,
            revision: EntityTag.expectedRevision(request.etag))
        let undeleted = try await context.platform.run(statement).value(of: .deletedTenant)
        await context.announce(.tenant(undeleted.id))
        return undeleted
    }
}
