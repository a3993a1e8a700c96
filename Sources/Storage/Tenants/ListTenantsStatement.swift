package import AgentdCore
internal import Postgres

/// Reads one page of all tenants.
package struct ListTenantsStatement: PlatformStatement {
    package let query: TenantQuery

    package init(_ query: TenantQuery) { self.query = query }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Page<Tenant> {
        let query = page.query(
            "list_tenants",
            PageTable(
                name: "tenants", columns: TenantColumns.names,
                texts: ["slug", "display_name", "domain"], order: "r.slug, r.id"))
        return try await session.read(
            PageStatement(query: query) { (rows, row) throws(DecodingFailure) in try TenantColumns.tenant(rows, row) })
    }

    private var page: PageText {
        var page = PageText(pageSize: query.pageSize)
        page.add("", "(r.slug, r.id) > (?, ?)", .text(query.start.slug), .tenant(query.start.id))
        if !query.includesDeleted { page.add("a", "r.state <> 'deleted'") }
        if let state = query.filter.state { page.add("s", "r.state = ?", .text(state.databaseName)) }
        page.add("n", "r.slug", query.filter.slug)
        if let domain = query.filter.domain { page.add("d", "r.domain = ?", .text(domain)) }
        if let feature = query.filter.feature {
            page.add("f", "r.features @> ARRAY[?]", .text(feature.names.joined()))
        }
        return page
    }
}
