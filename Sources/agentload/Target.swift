internal import AgentdClient

/// A key and the agents that it may read.
struct Target: Sendable {
    let options: AgentdClient.CallOptions
    let agentIDs: [Int64]

    /// Keys that are asked for their agents at a time.
    private static let lookUpsAtOnce = 32
    /// Enough of a tenant that its agents are not all in one page of the table.
    private static let agentsOfAKey: Int32 = 200

    /// - Throws: `AgentdError`, also when a key has no agent at all.
    static func all(of keys: [String], client: AgentdClient) async throws -> [Target] {
        try await withThrowingTaskGroup(of: Target.self) { group in
            var remaining = keys[...]
            for _ in 0..<lookUpsAtOnce {
                guard let key = remaining.popFirst() else { break }
                group.addTask { try await target(key, client) }
            }
            var targets: [Target] = []
            while let target = try await group.next() {
                if !target.agentIDs.isEmpty { targets.append(target) }
                if let key = remaining.popFirst() { group.addTask { try await Self.target(key, client) } }
            }
            guard !targets.isEmpty else { throw NothingToRead() }
            return targets
        }
    }

    private static func target(_ key: String, _ client: AgentdClient) async throws -> Target {
        let options = AgentdClient.CallOptions(token: key)
        let page = try await client.listAgents(.init(pageSize: agentsOfAKey), options: options)
        return Target(options: options, agentIDs: page.resources.map(\.id))
    }
}

struct NothingToRead: Error, CustomStringConvertible {
    var description: String { "None of the keys has an agent to read. Create some first, with agentctl agents create." }
}
