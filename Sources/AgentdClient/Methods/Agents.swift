internal import AgentdCore
internal import Messages

/// `agentd.v1.AgentService`. Every change carries a request id, made here when the caller gives none, so that it can be
/// tried again without being made twice. A caller that wants to repeat a change itself gives the id.
extension AgentdClient {
    /// Creates an agent that the caller owns.
    /// - Parameters:
    ///   - visibility: Private or public, whatever the default of the tenant is; unspecified leaves it to
    ///     `agent.isPublic`, and when that is false to the tenant.
    ///   - requestID: A UUID.
    public func createAgent(
        _ agent: Agent, visibility: AgentVisibility = .unspecified, requestID: String? = nil,
        options: CallOptions = .standard
    ) async throws(AgentdError) -> Agent {
        var text = TextFields()
        var request = CreateAgentRequest()
        request.agent = agent.message(&text)
        request.visibility = visibility.rawValue
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.AgentService/CreateAgent", request, options)
    }

    /// Reads an agent that is the caller's own or public in the tenant.
    public func getAgent(id: Int64, options: CallOptions = .standard) async throws(AgentdError) -> Agent {
        let path = "/agentd.v1.AgentService/GetAgent"
        let message: AgentMessage = try await call(path, GetAgentRequest(id: id), kind: .read, options: options)
        return Agent(message)
    }

    /// Reads up to 100 agents in one call.
    public func batchGetAgents(
        ids: [Int64], options: CallOptions = .standard
    ) async throws(AgentdError) -> AgentBatch {
        let path = "/agentd.v1.AgentService/BatchGetAgents"
        let response: BatchGetAgentsResponse = try await call(
            path, BatchGetAgentsRequest(ids: ids), kind: .read, options: options)
        return AgentBatch(agents: response.agents.map { Agent($0) }, missingIDs: response.missingIDs)
    }

    /// One page of the caller's own agents.
    /// - Parameter pageToken: Of the page before; empty for the first one.
    public func listAgents(
        _ query: AgentQuery = AgentQuery(), pageToken: String = "", options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<Agent> {
        var text = TextFields()
        var request = ListAgentsRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        request.orderBy = text.checked(query.orderBy, "order_by")
        request.showDeleted = query.showDeleted
        try text.finish()
        let response: ListAgentsResponse = try await call(
            "/agentd.v1.AgentService/ListAgents", request, kind: .read, options: options)
        return Page(resources: response.agents.map { Agent($0) }, nextPageToken: response.nextPageToken)
    }

    /// All of the caller's own agents, fetched page by page.
    public func allAgents(_ query: AgentQuery = AgentQuery(), options: CallOptions = .standard) -> PageSequence<Agent> {
        PageSequence { (token) throws(AgentdError) in
            try await self.listAgents(query, pageToken: token, options: options)
        }
    }

    /// One page of the tenant's public agents.
    /// - Parameter pageToken: Of the page before; empty for the first one.
    public func listPublicAgents(
        _ query: AgentQuery = AgentQuery(), pageToken: String = "", options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<Agent> {
        var text = TextFields()
        var request = ListPublicAgentsRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        request.orderBy = text.checked(query.orderBy, "order_by")
        try text.finish()
        let response: ListPublicAgentsResponse = try await call(
            "/agentd.v1.AgentService/ListPublicAgents", request, kind: .read, options: options)
        return Page(resources: response.agents.map { Agent($0) }, nextPageToken: response.nextPageToken)
    }

    /// All of the tenant's public agents, fetched page by page.
    public func allPublicAgents(_ query: AgentQuery = AgentQuery(), options: CallOptions = .standard) -> PageSequence<
        Agent
    > {
        PageSequence { (token) throws(AgentdError) in
            try await self.listPublicAgents(query, pageToken: token, options: options)
        }
    }

    /// Changes fields of an agent of the caller's own.
    /// - Parameters:
    ///   - agent: `id` says which; `etag`, when there is one, must match.
    ///   - fields: Those that change, also to an empty value; nil means every field that is not empty.
    ///   - requestID: A UUID.
    public func updateAgent(
        _ agent: Agent, fields: [AgentField]? = nil, requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Agent {
        var text = TextFields()
        var request = UpdateAgentRequest()
        request.agent = agent.message(&text)
        request.updateMask = fields.map { $0.map(\.rawValue) }
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.AgentService/UpdateAgent", request, options)
    }

    /// Marks an agent of the caller's own deleted.
    /// - Parameters:
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    public func deleteAgent(
        id: Int64, etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Agent {
        var text = TextFields()
        var request = DeleteAgentRequest(id: id)
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.AgentService/DeleteAgent", request, options)
    }

    /// Takes back the deletion of an agent of the caller's own.
    /// - Parameters:
    ///   - etag: When it is not empty it must match.
    ///   - requestID: A UUID.
    public func undeleteAgent(
        id: Int64, etag: String = "", requestID: String? = nil, options: CallOptions = .standard
    ) async throws(AgentdError) -> Agent {
        var text = TextFields()
        var request = UndeleteAgentRequest(id: id)
        request.etag = text.checked(etag, "etag")
        request.requestID = text.checked(requestID ?? Self.newRequestID(), "request_id")
        try text.finish()
        return try await change("/agentd.v1.AgentService/UndeleteAgent", request, options)
    }

    private func change(
        _ path: String, _ request: some EncodableMessage, _ options: CallOptions
    ) async throws(AgentdError) -> Agent {
        let message: AgentMessage = try await call(path, request, kind: .repeatableChange, options: options)
        return Agent(message)
    }

    static func newRequestID() -> String { UUIDValue.random().description }
}
