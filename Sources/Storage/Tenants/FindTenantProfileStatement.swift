package import AgentdCore
internal import Postgres

/// The tenant that a system administrator selects, by its id or its slug. Nil when there is none. A slug is that of the
/// tenant that has it now, or else of the last one that had it and was deleted.
package struct FindTenantProfileStatement: PlatformStatement {
    package enum Key: Sendable, Hashable {
        case id(TenantID)
        case slug(String)
    }

    package let key: Key

    package init(_ key: Key) { self.key = key }

    package func run(in session: PlatformSession) async throws(ServiceError) -> TenantProfile? {
        try await session.read(Query(key: key))
    }

    private struct Query: Statement {
        private static let byID = StatementText(
            "find_tenant_by_id", "SELECT \(TenantProfileColumns.list("t")) FROM tenants AS t WHERE t.id = $1", [.uuid])
        private static let bySlug = StatementText(
            "find_tenant_by_slug",
            """
            SELECT \(TenantProfileColumns.list("t")) FROM tenants AS t WHERE t.slug = $1
            ORDER BY t.state = 'deleted', t.delete_time DESC LIMIT 1
            """, [.text])

        let key: Key

        var text: StatementText {
            switch key {
            case .id: Self.byID
            case .slug: Self.bySlug
            }
        }

        func bind(to parameters: inout Parameters) {
            switch key {
            case .id(let id): parameters.append(id)
            case .slug(let slug): parameters.append(text: slug)
            }
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> TenantProfile? {
            rows.count == 0 ? nil : try TenantProfileColumns.profile(rows, 0)
        }
    }
}
