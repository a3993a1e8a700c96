internal import AgentdCore
internal import Messages
internal import Storage

/// What the two lists of agents share: reading the query, and the way from page to page.
struct AgentListing {
    let method: String
    let scope: AgentQuery.Scope
    let pageTokens: PageTokens

    /// The texts of a request, as the caller gave them.
    struct Parameters {
        var pageSize: Int32
        var pageToken: String
        var filter: String
        var orderBy: String
        var showDeleted = false
    }

    /// - Throws: `FIELD_INVALID` with all that is wrong, or `PAGE_TOKEN_INVALID`.
    func query(_ parameters: Parameters, caller: Caller) throws(ServiceError) -> AgentQuery {
        var violations = FieldViolations()
        let standard = caller.tenant.settings.defaultPageSize
        var query = AgentQuery(
            scope: scope, pageSize: PageSize.read(parameters.pageSize, standard: standard, &violations))
        query.includesDeleted = parameters.showDeleted
        do {
            query.filter = try AgentFilterParser.parse(parameters.filter)
            // Nobody else looks after the agents of a user who was deleted.
            if scope == .own, caller.isAdministrator, let owner = query.filter.ownerID, owner != caller.ownerID {
                query.scope = .left(by: owner)
                query.filter.ownerID = nil
            }
        } catch {
            violations.add("filter", "column \(error.column): \(error.description)")
        }
        if let order = AgentOrderParser.parse(parameters.orderBy) {
            query.order = order
        } else {
            violations.add("order_by", AgentOrderParser.expectation)
        }
        try violations.refuseIfAny()
        if !parameters.pageToken.isEmpty {
            query.after = try pageTokens.cursor(parameters.pageToken, for: binding(parameters, caller))
        }
        return query
    }

    /// The token of the next page; empty when there is none.
    func nextPageToken(after page: AgentPage, _ parameters: Parameters, caller: Caller) -> String {
        page.next.map { pageTokens.text(of: $0, for: binding(parameters, caller)) } ?? ""
    }

    private func binding(_ parameters: Parameters, _ caller: Caller) -> PageBinding {
        PageBinding(
            caller: caller, method: method,
            parameters: [parameters.filter, parameters.orderBy, parameters.showDeleted ? "with deleted ones" : ""])
    }
}
