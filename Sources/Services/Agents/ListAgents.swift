internal import AgentdCore
internal import Messages
internal import Storage

/// Lists the caller's own agents.
struct ListAgents: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/ListAgents"
    static let access = Access.authenticated

    private let listing: AgentListing

    init(pageTokens: PageTokens) {
        listing = AgentListing(method: Self.path, scope: .own, pageTokens: pageTokens)
    }

    func callAsFunction(
        _ request: ListAgentsRequest, _ context: CallContext
    ) async throws(ServiceError) -> ListAgentsAnswer {
        let parameters = AgentListing.Parameters(
            pageSize: request.pageSize, pageToken: request.pageToken, filter: request.filter, orderBy: request.orderBy,
            showDeleted: request.showDeleted)
        let (agents, nextPageToken) = try await listing.page(parameters, context)
        return ListAgentsAnswer(agents: agents, nextPageToken: nextPageToken)
    }
}
