/// A method that is called.
package enum LoadMethod: Int, Sendable, CaseIterable {
    case getAgent
    case listAgents
    case createAgent
    case updateAgent

    package var name: String {
        switch self {
        case .getAgent: "GetAgent"
        case .listAgents: "ListAgents"
        case .createAgent: "CreateAgent"
        case .updateAgent: "UpdateAgent"
        }
    }

    var path: String { "/agentd.v1.AgentService/\(name)" }

    /// Whether it is called for an agent that is there already.
    var takesAgent: Bool {
        switch self {
        case .getAgent, .updateAgent: true
        case .listAgents, .createAgent: false
        }
    }
}
