internal import AgentdCore
internal import Messages
internal import Storage

/// Reads several agents at once: those that `GetAgent` would return, in the order asked for.
struct BatchGetAgents: LookUpProcedure {
    static let path = "/agentd.v1.AgentService/BatchGetAgents"
    static let answer = BatchGetAgentsAnswer.schema

    /// One statement and one answer of a bearable size.
    private static let maximumIDs = 100

    func lookUp(_ request: BatchGetAgentsRequest, of caller: Caller) throws(ServiceError) -> BatchGetAgentsStatement {
        try Self.validate(request)
        return BatchGetAgentsStatement(ids: request.ids)
    }

    func encode(
        _ found: [AgentView], answering request: BatchGetAgentsRequest, of caller: Caller, in arena: Arena
    ) throws(ServiceError) -> EncodedMessage {
        EncodedMessage(Self.answer(ids: request.ids, agents: found), arena: arena)
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
    static func answer(ids: [Int64], agents: [AgentView]) -> BatchGetAgentsAnswer {
        let found = Dictionary(agents.map { ($0.id, $0) }) { first, _ in first }
        return BatchGetAgentsAnswer(
            agents: ids.compactMap { found[$0] }, missingIDs: ids.filter { found[$0] == nil })
    }
}
