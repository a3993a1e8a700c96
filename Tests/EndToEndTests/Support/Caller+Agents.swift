internal import Messages

extension Caller {
    func update(
        _ id: Int64, mask: [String]? = nil, requestID: String = "", _ change: (inout AgentMessage) -> Void
    ) async throws -> AgentMessage {
        var request = UpdateAgentRequest()
        var agent = AgentMessage()
        agent.id = id
        change(&agent)
        request.agent = agent
        request.updateMask = mask
        request.requestID = requestID
        return try await call("AgentService/UpdateAgent", request)
    }

    func list(_ request: ListAgentsRequest) async throws -> ListAgentsResponse {
        try await call("AgentService/ListAgents", request)
    }

    /// All pages of a list, one after the other.
    func pages(_ request: ListAgentsRequest) async throws -> [[AgentMessage]] {
        var request = request
        var pages: [[AgentMessage]] = []
        repeat {
            let page = try await list(request)
            pages.append(page.agents)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return pages
    }
}
