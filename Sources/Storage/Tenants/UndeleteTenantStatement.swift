package import AgentdCore
internal import Postgres

/// Takes back the deletion of a tenant, with its audit row; it is suspended again when it was. `unsuitable` when it
/// is not deleted; `SLUG_TAKEN` and `DOMAIN_TAKEN` when another tenant has them by now.
package struct UndeleteTenantStatement: PlatformStatement {
    package let change: PlatformChange
    package let id: TenantID
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: PlatformChange, id: TenantID, revision: Int64?) {
        self.change = change
        self.id = id
        self.revision = revision
    }

    package func run(in session: PlatformSession) async throws(ServiceError) -> ChangeOutcome<Tenant> {
        let query = TenantLifeQuery(text: Self.text, change: change, id: id, revision: revision)
        return try await session.write(query, of: change.change)
    }

    private static let text = StatementText(
        "undelete_tenant",
        TenantChange.sql(
            "UndeleteTenant",
            set: "state = CASE WHEN old.was_suspended THEN 'suspended' ELSE 'active' END, delete_time = NULL, "
                + "was_suspended = false",
            where: "old.state = 'deleted'", answering: TenantColumns.list("t")),
        TenantChange.parameterTypes)
}
