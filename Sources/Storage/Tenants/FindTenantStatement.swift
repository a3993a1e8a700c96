package import AgentdCore
internal import Postgres

/// The tenant that a system administrator selects, by its id or its slug. Nil when there is none.
package struct FindTenantStatement: PlatformStatement {
    package enum Key: Sendable, Hashable {
        case id(TenantID)
        case slug(String)
    }

    package let key: Key

    package init(_ key: Key) { self.key = key }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Tenant? {
        switch key {
        case .id(let id): try await session.read(ByID(id: id))
        case .slug(let slug): try await session.read(BySlug(slug: slug))
        }
    }

    private struct ByID: Statement {
        static let text = StatementText(
            "find_tenant_by_id", "SELECT \(TenantColumns.list("t")) FROM tenants AS t WHERE t.id = $1", [.uuid])
        let id: TenantID

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) { parameters.append(id) }
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Tenant? {
            rows.count == 0 ? nil : try TenantColumns.tenant(rows, 0)
        }
    }

    private struct BySlug: Statement {
        static let text = StatementText(
            "find_tenant_by_slug", "SELECT \(TenantColumns.list("t")) FROM tenants AS t WHERE t.slug = $1", [.text])
        let slug: String

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) { parameters.append(text: slug) }
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Tenant? {
            rows.count == 0 ? nil : try TenantColumns.tenant(rows, 0)
        }
    }
}
