internal import AgentdCore
internal import Messages
internal import Storage

/// Lists what was changed in the tenant, and what was tried in vain, the newest first.
struct ListAuditEvents: RemoteProcedure {
    static let path = "/agentd.v1.AuditService/ListAuditEvents"
    static let access = Access.role(.tenantAdministrator)
    static let looksIntoInactiveTenants = true

    private let pageTokens: PageTokens

    init(pageTokens: PageTokens) { self.pageTokens = pageTokens }

    func callAsFunction(
        _ request: ListAuditEventsRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListAuditEventsAnswer {
        let query = try query(request, context.caller)
        let page = try await context.tenant.run(ListAuditEventsStatement(query))
        guard page.hasMore, let last = page.rows.last else {
            return ListAuditEventsAnswer(auditEvents: page.rows, nextPageToken: "")
        }
        let token = pageTokens.text(of: AuditQuery.cursor(after: last), for: Self.binding(request, context.caller))
        return ListAuditEventsAnswer(auditEvents: page.rows, nextPageToken: token)
    }

    /// - Throws: `FIELD_INVALID` with all that is wrong, or `PAGE_TOKEN_INVALID`.
    func query(_ request: ListAuditEventsRequest, _ caller: Caller) throws(ServiceError) -> AuditQuery {
        var violations = FieldViolations()
        let standard = caller.tenant.settings.defaultPageSize
        var query = AuditQuery(pageSize: PageSize.read(request.pageSize, standard: standard, &violations))
        do {
            query.filter = try AuditFilterParser.parse(request.filter)
        } catch {
            violations.add("filter", "column \(error.column): \(error.description)")
        }
        try violations.refuseIfAny()
        if !request.pageToken.isEmpty {
            query.after = try pageTokens.cursor(request.pageToken, for: Self.binding(request, caller))
        }
        return query
    }

    private static func binding(_ request: ListAuditEventsRequest, _ caller: Caller) -> PageBinding {
        PageBinding(caller: caller, method: path, parameters: [request.filter])
    }
}
