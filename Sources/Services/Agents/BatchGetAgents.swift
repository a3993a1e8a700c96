internal import AgentdCore
internal import Messages
internal import Storage

/// Reads several agents at once: those that `GetAgent` would return, in the order asked for.
struct BatchGetAgents: RemoteProcedure {
    static let path = "/agentd.v1.AgentService/BatchGetAgents"
    static let access = Access.authenticated

    /// One statement and one answer of a bearable size.
    private static let maximumIDs = 100

    func callAsFunction(
        _ request: BatchGetAgentsRequest, _ context: CallContext
    ) async throws(ServiceError) -> BatchGetAgentsAnswer {
        try Self.validate(request)
        let agents = try await context.tenant.run(BatchGetAgentsStatement(ids: request.ids))
        return Self.answer(ids: request.ids, agents: agents)
    }

    static func validate(_ request: BatchGetAgentsRequest) throws(ServiceError) {
        var violations = FieldViolations()
        let count = request.ids.count
        violations.require(
            (1...maximumIDs).contains(count), "ids", "must hold 1 to \(maximumIDs) ids, it holds \(count)")
        for (index, id) in request.ids.prefix(maximumIDs).enumerated() { violations.requireID(id, "ids[\(index)]") }
        try violations.refuseIfAny()
    }

    /// - Parameter agents: Those found, in any order, each once.
    static func answer(ids: [Int64], agents: [Agent]) -> BatchGetAgentsAnswer {
        let found = Dictionary(agents.map { ($0.id, $0) }) { first, _ in first }
        return BatchGetAgentsAnswer(
            agents: ids.compactMap { found[$0] }, missingIDs: ids.filter { found[$0] == nil })
    }
}
