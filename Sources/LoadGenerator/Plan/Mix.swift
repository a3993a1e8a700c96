/// Which methods are called, and how often each.
package enum Mix: String, Sendable, CaseIterable {
    case get
    case list
    case create
    case update
    case mixed

    /// Of a hundred calls.
    package var shares: [(method: LoadMethod, share: Int)] {
        switch self {
        case .get: [(.getAgent, 100)]
        case .list: [(.listAgents, 100)]
        case .create: [(.createAgent, 100)]
        case .update: [(.updateAgent, 100)]
        case .mixed: [(.getAgent, 80), (.listAgents, 10), (.createAgent, 5), (.updateAgent, 5)]
        }
    }

    /// Whether every tenant needs an agent to begin with.
    var takesAgents: Bool { shares.contains { $0.method.takesAgent } }
    /// Whether it changes anything, so that agents may be made for it as well.
    var changesAgents: Bool { shares.contains { $0.method == .createAgent || $0.method == .updateAgent } }
}
