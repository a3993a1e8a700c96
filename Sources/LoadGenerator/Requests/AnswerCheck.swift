internal import AgentdCore
internal import Messages

/// Reads answers that were chosen for it, and finds those that are not of the call that was made.
struct AnswerCheck {
    /// Of so many answers one is read.
    static let everyAnswer: UInt64 = 64

    /// What is wrong with an answer; nil when nothing is.
    static func problem(_ message: UnsafeRawBufferPointer, of call: Call, to target: LoadTarget) -> String? {
        let bytes = Array(message)
        do throws(ServiceError) {
            switch call.method {
            case .getAgent, .updateAgent:
                let agent = try AgentMessage(decoding: bytes)
                let id = target.agentIDs[call.agent]
                guard agent.id == id else { return "\(call.method.name) of agent \(id) gave agent \(agent.id)" }
                return foreign(agent, call, target)
            case .createAgent:
                let agent = try AgentMessage(decoding: bytes)
                guard agent.name.hasPrefix(RequestMessages.namePrefix) else {
                    return "CreateAgent gave an agent of another name: \(agent.name)"
                }
                return foreign(agent, call, target)
            case .listAgents:
                let page = try ListAgentsResponse(decoding: bytes)
                guard page.agents.count <= Int(RequestMessages.pageSize) else {
                    return "ListAgents gave \(page.agents.count) agents for a page of \(RequestMessages.pageSize)"
                }
                return page.agents.lazy.compactMap { foreign($0, call, target) }.first
            }
        } catch {
            return "the answer of \(call.method.name) cannot be read: \(error.message)"
        }
    }

    private static func foreign(_ agent: AgentMessage, _ call: Call, _ target: LoadTarget) -> String? {
        guard !target.tenantID.isEmpty, agent.tenantID != target.tenantID else { return nil }
        return "\(call.method.name) for tenant \(target.tenantID) gave an agent of tenant \(agent.tenantID)"
    }
}
