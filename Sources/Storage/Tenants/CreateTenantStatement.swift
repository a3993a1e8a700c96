package import AgentdCore
internal import Postgres

/// Creates a tenant, and its first administrator when there is one, with an audit row for each, in one transaction.
/// `SLUG_TAKEN` and `DOMAIN_TAKEN` when another tenant has them.
package struct CreateTenantStatement: PlatformStatement {
    package let change: PlatformChange
    /// Its slug, display name, domain, features and limits are used.
    package let tenant: Tenant
    /// Its email and display name are used.
    package let administrator: User?

    package init(change: PlatformChange, tenant: Tenant, administrator: User?) {
        self.change = change
        self.tenant = tenant
        self.administrator = administrator
    }

    package func run(in session: PlatformSession) async throws(ServiceError) -> ChangeOutcome<Tenant> {
        try await session.write(Query(create: self), of: change.change)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "create_tenant",
            """
            WITH \(Change.prior),
            changed AS (
                INSERT INTO tenants (slug, display_name, domain, features, max_agents, max_users, max_tokens,
                    requests_per_second, max_in_flight)
                SELECT $8, $9, $10, $11, $12, $13, $14, $15, $16 WHERE NOT EXISTS (SELECT FROM prior)
                RETURNING *
            ),
            administrator AS (
                INSERT INTO users (tenant_id, email, display_name, role)
                SELECT changed.id, $17, $18, 'tenant_admin' FROM changed WHERE $17::text IS NOT NULL
                RETURNING *
            ),
            \(Change.audited(
                "TenantService.CreateTenant", objectType: "tenant", tenant: "changed.id",
                changes: "changed_fields('{}', json_strip_nulls(row_to_json(changed)))")),
            administrator_audited AS (
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, token_id, action, object_type,
                    object_id, changes, call_id)
                SELECT tenant_id, $7, $2, $5, 'TenantService.CreateTenant', 'user', id::text,
                    changed_fields('{}', json_strip_nulls(row_to_json(administrator))), $6 FROM administrator
            ),
            \(Change.remembered("CreateTenant"))
            SELECT 'done', \(TenantColumns.list("t")) FROM changed AS t
            UNION ALL
            SELECT \(Change.priorOutcome("CreateTenant")), \(TenantColumns.list("t"))
            FROM prior AS p, LATERAL \(Change.firstAnswer("CreateTenant", "tenants")) AS t
            """,
            Change.parameterTypes + [
                .text, .text, .text, .textArray, .int8, .int8, .int8, .int4, .int4, .text, .text,
            ])

        let create: CreateTenantStatement

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            let tenant = create.tenant
            create.change.bind(to: &parameters)
            parameters.append(text: tenant.slug)
            parameters.append(text: tenant.displayName)
            parameters.append(text: tenant.domain.isEmpty ? nil : tenant.domain)
            parameters.append(textArray: tenant.features.names)
            parameters.append(int8: tenant.limits.maxAgents)
            parameters.append(int8: tenant.limits.maxUsers)
            parameters.append(int8: tenant.limits.maxTokens)
            parameters.append(int4: tenant.limits.requestsPerSecond)
            parameters.append(int4: tenant.limits.maxInFlight)
            parameters.append(text: create.administrator?.email)
            parameters.append(text: create.administrator?.displayName)
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> ChangeOutcome<Tenant> {
            try TenantChange.decode(rows)
        }
    }
}
