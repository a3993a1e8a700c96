internal import AgentdCore
internal import Messages
internal import Storage

/// Lists the users of the tenant by id.
struct ListUsers: RemoteProcedure {
    static let path = "/agentd.v1.UserService/ListUsers"
    static let access = Access.role(.tenantAdministrator)
    static let looksIntoInactiveTenants = true

    private let pageTokens: PageTokens

    init(pageTokens: PageTokens) { self.pageTokens = pageTokens }

    func callAsFunction(
        _ request: ListUsersRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListUsersAnswer {
        let query = try query(request, context.caller)
        let page = try await context.tenant.run(ListUsersStatement(query))
        guard page.hasMore, let last = page.rows.last else {
            return ListUsersAnswer(users: page.rows, nextPageToken: "")
        }
        let token = pageTokens.text(of: PageCursor(.number(last.id)), for: Self.binding(request, context.caller))
        return ListUsersAnswer(users: page.rows, nextPageToken: token)
    }

    /// - Throws: `FIELD_INVALID` with all that is wrong, or `PAGE_TOKEN_INVALID`.
    func query(_ request: ListUsersRequest, _ caller: Caller) throws(ServiceError) -> UserQuery {
        var violations = FieldViolations()
        var query = UserQuery(
            pageSize: PageSize.read(
                request.pageSize, standard: caller.tenant.settings.defaultPageSize, &violations))
        query.includesDeleted = request.showDeleted
        do {
            try Self.read(request.filter, into: &query)
        } catch {
            violations.add("filter", "column \(error.column): \(error.description)")
        }
        try violations.refuseIfAny()
        if !request.pageToken.isEmpty {
            query.after = try pageTokens.cursor(request.pageToken, for: Self.binding(request, caller))
        }
        return query
    }

    private static let filterFields = [
        FilterField("role", .equals), FilterField("is_active", .equals), FilterField("email", .equals),
    ]

    private static func read(_ filter: String, into query: inout UserQuery) throws(FilterProblem) {
        for term in try FilterTerms.parse(filter, fields: filterFields) {
            switch term.field {
            case "role":
                query.role = try term.value.named(prefix: "ROLE_", Role.allCases.map { ($0.databaseName, $0) })
            case "is_active": query.isActive = try term.value.boolean()
            default:
                query.email = try term.value.match()
            }
        }
    }

    private static func binding(_ request: ListUsersRequest, _ caller: Caller) -> PageBinding {
        PageBinding(
            caller: caller, method: path,
            parameters: [request.filter, request.showDeleted ? "with deleted ones" : ""])
    }
}
