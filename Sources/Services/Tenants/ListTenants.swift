internal import AgentdCore
internal import Messages
internal import Storage

/// Lists all tenants, by slug.
struct ListTenants: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/ListTenants"
    static let access = Access.role(.systemAdministrator)

    private let pageTokens: PageTokens

    init(pageTokens: PageTokens) { self.pageTokens = pageTokens }

    func callAsFunction(
        _ request: ListTenantsRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListTenantsAnswer {
        let caller = context.caller
        let page = try await context.platform.run(ListTenantsStatement(try query(of: request, caller: caller)))
        guard page.hasMore, let last = page.rows.last else {
            return ListTenantsAnswer(tenants: page.rows, nextPageToken: "")
        }
        let cursor = PageCursor(.text(last.slug), .text(last.id.description))
        return ListTenantsAnswer(
            tenants: page.rows, nextPageToken: pageTokens.text(of: cursor, for: Self.binding(request, caller)))
    }

    /// - Throws: `FIELD_INVALID` with all that is wrong, or `PAGE_TOKEN_INVALID`.
    func query(of request: ListTenantsRequest, caller: Caller) throws(ServiceError) -> TenantQuery {
        var violations = FieldViolations()
        let standard = caller.tenant.settings.defaultPageSize
        var query = TenantQuery(pageSize: PageSize.read(request.pageSize, standard: standard, &violations))
        query.includesDeleted = request.showDeleted
        do {
            query.filter = try TenantFilterParser.parse(request.filter)
        } catch {
            violations.add("filter", "column \(error.column): \(error.description)")
        }
        try violations.refuseIfAny()
        guard !request.pageToken.isEmpty else { return query }
        let parts = try pageTokens.cursor(request.pageToken, for: Self.binding(request, caller)).parts
        if parts.count == 2, case (.text(let slug), .text(let id)) = (parts[0], parts[1]), let id = UUIDValue(id) {
            query.after = TenantQuery.Cursor(slug: slug, id: TenantID(id))
        }
        return query
    }

    private static func binding(_ request: ListTenantsRequest, _ caller: Caller) -> PageBinding {
        PageBinding(
            caller: caller, method: path,
            parameters: [request.filter, request.showDeleted ? "with deleted ones" : ""])
    }
}
