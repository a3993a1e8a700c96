package import AgentdCore
internal import Postgres

/// Any tenant: by its id, whatever its state, or by the slug or domain of one that is not deleted. Nil when there is
/// none.
package struct FindTenantStatement: PlatformStatement {
    package enum Key: Sendable, Hashable {
        case id(TenantID)
        case slug(String)
        /// In lower case.
        case domain(String)
    }

    package let key: Key

    package init(_ key: Key) { self.key = key }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Tenant? {
        try await session.read(Query(key: key))
    }

    private struct Query: Statement {
        private static func text(_ name: String, where condition: String, _ type: ParameterType) -> StatementText {
            StatementText(name, "SELECT \(TenantColumns.list("t")) FROM tenants AS t WHERE \(condition)", [type])
        }

        private static let byID = text("resolve_tenant_by_id", where: "t.id = $1", .uuid)
        private static let bySlug = text(
            "resolve_tenant_by_slug", where: "t.slug = $1 AND t.state <> 'deleted'", .text)
        private static let byDomain = text(
            "resolve_tenant_by_domain", where: "t.domain = $1 AND t.state <> 'deleted'", .text)

        let key: Key

        var text: StatementText {
            switch key {
            case .id: Self.byID
            case .slug: Self.bySlug
            case .domain: Self.byDomain
            }
        }

        func bind(to parameters: inout Parameters) {
            switch key {
            case .id(let id): parameters.append(id)
            case .slug(let text), .domain(let text): parameters.append(text: text)
            }
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Tenant? {
            rows.count == 0 ? nil : try TenantColumns.tenant(rows, 0)
        }
    }
}
