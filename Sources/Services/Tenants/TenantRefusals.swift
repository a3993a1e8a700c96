internal import AgentdCore

extension Caller {
    /// - Throws: `OWN_TENANT` when the tenant is the one that the caller belongs to: who suspends or deletes it cannot
    ///   take it back.
    func requireNotOwn(_ id: TenantID) throws(ServiceError) {
        guard id == principal.tenantID else { return }
        throw ServiceError(
            .ownTenant,
            "This is the tenant that you belong to: suspended or deleted, it would refuse your calls, and you could "
                + "not take it back.",
            details: [
                .precondition(
                    type: "OWN_TENANT", subject: principal.tenant.slug,
                    description: "the tenant must be another one than the caller's own")
            ])
    }
}

extension ServiceError {
    static let singleTenant = ServiceError(
        .singleTenant,
        "The daemon serves one tenant alone, so that none can be created or taken back, and its slug, by which the "
            + "daemon finds it, stays. Start it with ENABLE_TENANT_ISOLATION=true to serve many.",
        details: [
            .precondition(
                type: "TENANT_ISOLATION", subject: "ENABLE_TENANT_ISOLATION", description: "it must be true")
        ])

    /// Of a tenant that a system administrator names; a caller whose own tenant is deleted never comes so far.
    static let namedTenantDeleted = ServiceError(
        .tenantDeleted, "The tenant is deleted. UndeleteTenant takes that back.",
        details: [.precondition(type: "TENANT_STATE", subject: "", description: "the tenant must not be deleted")])

    static let tenantNotDeleted = ServiceError(
        .tenantNotDeleted, "The tenant is not deleted.",
        details: [
            .precondition(type: "TENANT_STATE", subject: "", description: "only a deleted tenant can be undeleted")
        ])
}
