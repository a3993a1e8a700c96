package import AgentdClient

/// Finds out, before the clock starts, what each key has.
package struct TargetSearch: Sendable {
    /// Keys that are asked at a time.
    private static let lookUpsAtOnce = 32
    /// Enough of a tenant that its agents are not all in one page of the table.
    private static let agentsOfAKey = 200
    /// Enough in all that they are not all in the processor's caches; of many tenants fewer are asked for.
    private static let agentsInAll = 200_000
    /// Of each key at least so many are asked for.
    private static let fewestAgents = 10
    /// How long a daemon under load is asked again that refuses for a while.
    private static let patience = Duration.seconds(12)
    /// Agents that a key without any gets, where the mix makes changes anyway.
    private static let agentsMade = 4

    private let client: AgentdClient
    private let mix: Mix

    package init(client: AgentdClient, mix: Mix) {
        self.client = client
        self.mix = mix
    }

    /// What was found, in the order of the keys.
    package struct Found: Sendable {
        package let targets: [LoadTarget]
        /// What the keys are called that have no agent, and of which the mix can therefore make no use.
        package let keysLeftOut: [String]
        /// Keys of a tenant of which there is one before, and that one; as far as their agents tell.
        package let sameTenants: [(key: String, first: String)]
        /// Agents that were made because there were none.
        package let agentsMade: Int
    }

    /// - Throws: `AgentdError` when there is no connection, `RefusedKey` when the daemon refuses one of the keys, or
    ///   `LoadProblem` when none has what the mix takes.
    package func find(keys: [LoadKey]) async throws -> Found {
        let pageSize = Int32(max(min(Self.agentsInAll / max(keys.count, 1), Self.agentsOfAKey), Self.fewestAgents))
        let found = try await withThrowingTaskGroup(of: (Int, LoadTarget, Int).self) { group in
            var remaining = Array(keys.enumerated())[...]
            func addNext() {
                guard let (index, key) = remaining.popFirst() else { return }
                group.addTask {
                    let (target, made) = try await self.target(key, pageSize: pageSize)
                    return (index, target, made)
                }
            }
            for _ in 0..<Self.lookUpsAtOnce { addNext() }
            var found: [(index: Int, target: LoadTarget, made: Int)] = []
            while let next = try await group.next() {
                found.append(next)
                addNext()
            }
            return found.sorted { $0.index < $1.index }
        }
        let targets = found.map(\.target).filter { !mix.takesAgents || !$0.agentIDs.isEmpty }
        guard !targets.isEmpty else {
            throw LoadProblem(
                .refused,
                "none of the keys has an agent to read: create some first, with agentctl agents create, or with "
                    + "--mix create")
        }
        let leftOut = mix.takesAgents ? found.filter(\.target.agentIDs.isEmpty).map { keys[$0.index].origin } : []
        var firstKeys: [String: String] = [:]
        var sameTenants: [(key: String, first: String)] = []
        for (index, target, _) in found where !target.tenantID.isEmpty {
            let key = keys[index].origin
            if let first = firstKeys[target.tenantID] {
                sameTenants.append((key, first))
            } else {
                firstKeys[target.tenantID] = key
            }
        }
        return Found(
            targets: targets, keysLeftOut: leftOut, sameTenants: sameTenants,
            agentsMade: found.reduce(0) { $0 + $1.made })
    }

    private func target(_ key: LoadKey, pageSize: Int32) async throws -> (LoadTarget, made: Int) {
        do {
            return try await target(key.token, pageSize: pageSize)
        } catch let error as AgentdError where !error.isConnectionFailure {
            throw RefusedKey(origin: key.origin, error: error)
        }
    }

    private func target(_ token: String, pageSize: Int32) async throws -> (LoadTarget, made: Int) {
        let options = AgentdClient.CallOptions(token: token)
        var agents = try await patiently {
            try await client.listAgents(.init(pageSize: pageSize), options: options).resources
        }
        var made = 0
        if agents.isEmpty, mix.takesAgents, mix.changesAgents {
            for number in 1...Self.agentsMade {
                var agent = AgentdClient.Agent()
                agent.name = "\(RequestMessages.namePrefix)\(number)"
                agent.type = .research
                agents.append(try await patiently { [agent] in try await client.createAgent(agent, options: options) })
                made += 1
            }
        }
        let target = LoadTarget(
            token: token, tenantID: agents.first?.tenantID ?? "", agentIDs: agents.map(\.id))
        return (target, made)
    }

    /// Asks again, for as long as the daemon refuses because of its load and says when to come again. The client has
    /// done so several times already, unless it was told to wait longer than a call may take.
    private func patiently<Answer: Sendable>(_ ask: () async throws -> Answer) async throws -> Answer {
        let end = ContinuousClock.now + Self.patience
        while true {
            do {
                return try await ask()
            } catch let error as AgentdError {
                guard error.code == .resourceExhausted, error.isTransient, let delay = error.retryDelay,
                    .now + delay < end
                else { throw error }
                try await Task.sleep(for: delay)
            }
        }
    }
}
