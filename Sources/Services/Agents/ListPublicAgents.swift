internal import AgentdCore
internal import Messages
internal import Storage

/// Lists the public agents of the tenant; deleted ones are never public.
struct ListPublicAgents: LookUpProcedure {
    static let path = "/agentd.v1.AgentService/ListPublicAgents"
    static let answer = ListPublicAgentsAnswer.schema

    private let listing: AgentListing

    init(pageTokens: PageTokens) {
        listing = AgentListing(method: Self.path, scope: .public, pageTokens: pageTokens)
    }

    func lookUp(_ request: ListPublicAgentsRequest, of caller: Caller) throws(ServiceError) -> ListAgentsStatement {
        ListAgentsStatement(try listing.query(Self.parameters(of: request), caller: caller))
    }

    func encode(
        _ page: AgentPage, answering request: ListPublicAgentsRequest, of caller: Caller, in arena: Arena
    ) throws(ServiceError) -> EncodedMessage {
        let next = listing.nextPageToken(after: page, Self.parameters(of: request), caller: caller)
        return EncodedMessage(ListPublicAgentsAnswer(agents: page.agents, nextPageToken: next), arena: arena)
    }

    private static func parameters(of request: ListPublicAgentsRequest) -> AgentListing.Parameters {
        AgentListing.Parameters(
            pageSize: request.pageSize, pageToken: request.pageToken, filter: request.filter, orderBy: request.orderBy)
    }
}
