package import AgentdCore
internal import Postgres

/// Changes display name and domain of the tenant of the call, with its audit row. `unsuitable` when it is deleted;
/// `DOMAIN_TAKEN` when another tenant has the domain.
package struct UpdateCurrentTenantStatement: TenantStatement {
    package static let changeable: TenantFields = [.displayName, .domain]

    package let change: ChangeContext
    /// Of its fields those in `fields` are used. An empty display name is the slug.
    package let tenant: Tenant
    /// Of `changeable`.
    package let fields: TenantFields
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: ChangeContext, tenant: Tenant, fields: TenantFields, revision: Int64?) {
        self.change = change
        self.tenant = tenant
        self.fields = fields
        self.revision = revision
    }

    package func run(in session: TenantSession) async throws(ServiceError) -> ChangeOutcome<Tenant> {
        try await change.settled { () async throws(ServiceError) in
            try await session.write(Query(session: session, update: self), repeatable: change.requestID != nil)
        }
    }

    private struct Query: Statement {
        static let text = StatementText(
            "update_current_tenant",
            TenantChange.sql(
                "UpdateCurrentTenant",
                set: TenantChange.assign("display_name", .displayName, of: "$10", "coalesce($11, t.slug)")
                    + ", " + TenantChange.assign("domain", .domain, of: "$10", "$12"),
                answering: TenantColumns.list("t")),
            TenantChange.parameterTypes + [.int4, .text, .text])

        let session: TenantSession
        let update: UpdateCurrentTenantStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            let tenant = update.tenant
            Change.bind(update.change, of: session, to: &parameters)
            TenantChange.bind(id: session.caller.tenantID, revision: update.revision, to: &parameters)
            parameters.append(int4: update.fields.rawValue)
            parameters.append(text: tenant.displayName.isEmpty ? nil : tenant.displayName)
            parameters.append(text: tenant.domain.isEmpty ? nil : tenant.domain)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Tenant> {
            try TenantChange.decode(rows)
        }
    }
}
