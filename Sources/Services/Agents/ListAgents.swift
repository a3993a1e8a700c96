internal import AgentdCore
internal import Messages
internal import Storage

/// Lists the caller's own agents.
struct ListAgents: LookUpProcedure {
    static let path = "/agentd.v1.AgentService/ListAgents"
    static let answer = ListAgentsAnswer.schema

    private let listing: AgentListing

    init(pageTokens: PageTokens) {
        listing = AgentListing(method: Self.path, scope: .own, pageTokens: pageTokens)
    }

    func lookUp(_ request: ListAgentsRequest, of caller: Caller) throws(ServiceError) -> ListAgentsStatement {
        ListAgentsStatement(try listing.query(Self.parameters(of: request), caller: caller))
    }

    func encode(
        _ page: AgentPage, answering request: ListAgentsRequest, of caller: Caller, in arena: Arena
    ) throws(ServiceError) -> EncodedMessage {
        let next = listing.nextPageToken(after: page, Self.parameters(of: request), caller: caller)
        return EncodedMessage(ListAgentsAnswer(agents: page.agents, nextPageToken: next), arena: arena)
    }

    private static func parameters(of request: ListAgentsRequest) -> AgentListing.Parameters {
        AgentListing.Parameters(
            pageSize: request.pageSize, pageToken: request.pageToken, filter: request.filter, orderBy: request.orderBy,
            showDeleted: request.showDeleted)
    }
}
