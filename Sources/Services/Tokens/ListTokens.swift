internal import AgentdCore
internal import Messages
internal import Storage

/// Lists API keys without their secrets, the newest first: the caller's own, or, for an administrator, those of the
/// tenant.
struct ListTokens: RemoteProcedure {
    static let path = "/agentd.v1.TokenService/ListTokens"
    static let access = Access.authenticated
    static let looksIntoInactiveTenants = true

    private let pageTokens: PageTokens

    init(pageTokens: PageTokens) { self.pageTokens = pageTokens }

    func callAsFunction(
        _ request: ListTokensRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListTokensAnswer {
        let caller = context.caller
        var query = try query(request, caller)
        if !caller.isAdministrator {
            guard query.userID == nil || query.userID == caller.userID else {
                throw await context.refusal(needing: .tenantAdministrator)
            }
            query.userID = caller.userID
        }
        let page = try await context.tenant.run(ListTokensStatement(query))
        guard page.hasMore, let last = page.rows.last else {
            return ListTokensAnswer(tokens: page.rows, nextPageToken: "")
        }
        let cursor = PageCursor(.time(last.createTime), .text(last.id))
        return ListTokensAnswer(
            tokens: page.rows, nextPageToken: pageTokens.text(of: cursor, for: Self.binding(request, caller)))
    }

    /// - Throws: `FIELD_INVALID` with all that is wrong, or `PAGE_TOKEN_INVALID`.
    func query(_ request: ListTokensRequest, _ caller: Caller) throws(ServiceError) -> TokenQuery {
        var violations = FieldViolations()
        var query = TokenQuery(
            pageSize: PageSize.read(
                request.pageSize, standard: caller.tenant.settings.defaultPageSize, &violations))
        query.includesInvalid = request.showRevoked
        do {
            for term in try FilterTerms.parse(request.filter, fields: [FilterField("user_id", .equals)]) {
                query.userID = try term.value.userID()
            }
        } catch {
            violations.add("filter", "column \(error.column): \(error.description)")
        }
        try violations.refuseIfAny()
        if !request.pageToken.isEmpty {
            query.after = try pageTokens.cursor(request.pageToken, for: Self.binding(request, caller))
        }
        return query
    }

    private static func binding(_ request: ListTokensRequest, _ caller: Caller) -> PageBinding {
        PageBinding(
            caller: caller, method: path,
            parameters: [request.filter, request.showRevoked ? "with revoked ones" : ""])
    }
}
