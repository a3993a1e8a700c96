package import AgentdCore
internal import Postgres

/// The settings of a tenant, and the revision of the tenant that has them.
package struct StoredSettings: Sendable, Equatable {
    package let settings: TenantSettings
    package let revision: Int64

    /// The columns that `init` reads.
    static func list(_ table: String) -> String { "\(TenantProfileColumns.list(table)), \(table).revision" }

    init(_ rows: borrowing Rows, first: Int = 0) throws(DecodingFailure) {
        settings = try TenantProfileColumns.profile(rows, 0, first: first).settings
        revision = try rows.int8(0, first + TenantProfileColumns.count)
    }
}

/// The settings of the tenant of the call, as they are now. Nil when it is no longer there.
package struct GetTenantSettingsStatement: TenantStatement {
    package init() {}

    package func run(in session: TenantSession) async throws(ServiceError) -> StoredSettings? {
        try await session.read(Query(tenantID: session.caller.tenantID))
    }

    private struct Query: Statement {
        static let text = StatementText(
            "get_tenant_settings", "SELECT \(StoredSettings.list("t")) FROM tenants AS t WHERE t.id = $1", [.uuid])

        let tenantID: TenantID

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) { parameters.append(tenantID) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> StoredSettings? {
            rows.count == 0 ? nil : try StoredSettings(rows)
        }
    }
}
