internal import AgentdCore
internal import Messages
internal import Storage

/// Lists the public agents of the tenant; deleted ones are never public.
struct ListPublicAgents: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/ListPublicAgents"
    static let access = Access.authenticated

    private let listing: AgentListing

    init(pageTokens: PageTokens) {
        listing = AgentListing(method: Self.path, scope: .public, pageTokens: pageTokens)
    }

    func callAsFunction(
        _ request: ListPublicAgentsRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListPublicAgentsAnswer {
        let parameters = AgentListing.Parameters(
            pageSize: request.pageSize, pageToken: request.pageToken, filter: request.filter, orderBy: request.orderBy)
        let (agents, nextPageToken) = try await listing.page(parameters, context)
        return ListPublicAgentsAnswer(agents: agents, nextPageToken: nextPageToken)
    }
}
