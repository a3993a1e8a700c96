package import AgentdCore
internal import Postgres

/// Changes some fields of any tenant, with its audit row. `unsuitable` when it is deleted; `SLUG_TAKEN` and
/// `DOMAIN_TAKEN` when another tenant has them.
package struct UpdateTenantStatement: PlatformStatement {
    package let change: PlatformChange
    /// Its id says which; of its other fields those in `fields` are used. An empty display name is the slug.
    package let tenant: Tenant
    package let fields: TenantFields
    /// The revision that it must have, or nil for any.
    package let revision: Int64?

    package init(change: PlatformChange, tenant: Tenant, fields: TenantFields, revision: Int64?) {
        self.change = change
        self.tenant = tenant
        self.fields = fields
        self.revision = revision
    }

    package func run(in session: PlatformSession) async throws(ServiceError) -> ChangeOutcome<Tenant> {
        try await session.write(Query(update: self), of: change.change)
    }

    private struct Query: Statement {
        private static let slug = "CASE WHEN $10 & \(TenantFields.slug.rawValue) <> 0 THEN $11 ELSE t.slug END"
        private static let assignments: [(column: String, field: TenantFields, value: String)] = [
            ("slug", .slug, "$11"), ("display_name", .displayName, "coalesce($12, \(slug))"),
            ("domain", .domain, "$13"), ("state", .state, "$14"), ("features", .features, "$15"),
            ("max_agents", .maxAgents, "$16"), ("max_users", .maxUsers, "$17"), ("max_tokens", .maxTokens, "$18"),
            ("requests_per_second", .requestsPerSecond, "$19"), ("max_in_flight", .maxInFlight, "$20"),
        ]

        static let text = StatementText(
            "update_tenant",
            TenantChange.sql(
                "UpdateTenant",
                set: assignments.map { TenantChange.assign($0.column, $0.field, of: "$10", $0.value) }
                    .joined(separator: ",\n"),
                answering: TenantColumns.list("t")),
            TenantChange.parameterTypes + [
                .int4, .text, .text, .text, .text, .textArray, .int8, .int8, .int8, .int4, .int4,
            ])

        let update: UpdateTenantStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            let tenant = update.tenant
            update.change.bind(to: &parameters)
            TenantChange.bind(id: tenant.id, revision: update.revision, to: &parameters)
            parameters.append(int4: update.fields.rawValue)
            parameters.append(text: tenant.slug)
            parameters.append(text: tenant.displayName.isEmpty ? nil : tenant.displayName)
            parameters.append(text: tenant.domain.isEmpty ? nil : tenant.domain)
            parameters.append(text: tenant.state.databaseName)
            parameters.append(textArray: tenant.features.names)
            parameters.append(int8: tenant.limits.maxAgents)
            parameters.append(int8: tenant.limits.maxUsers)
            parameters.append(int8: tenant.limits.maxTokens)
            parameters.append(int4: tenant.limits.requestsPerSecond)
            parameters.append(int4: tenant.limits.maxInFlight)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Tenant> {
            try TenantChange.decode(rows)
        }
    }
}
