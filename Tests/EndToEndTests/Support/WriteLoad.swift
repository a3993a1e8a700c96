internal import AgentdCore
internal import Messages
internal import Synchronization
internal import TestSupport

/// Creates agents on and on while something happens to the database, and keeps what became of each by the daemon's
/// word.
final class WriteLoad: Sendable {
    /// By the names of the agents, of which no two are alike.
    struct Ledger: Sendable {
        /// Answered with a success.
        var acknowledged: Set<String> = []
        /// Answered UNKNOWN: it may be there or not.
        var unknown: Set<String> = []
        /// Answered UNAVAILABLE: it must not be there.
        var refused: Set<String> = []
        /// Answers that nobody should get.
        var unexpected: [String] = []
        /// How often a create was repeated with the same request id.
        var repeats = 0
    }

    private let ledger = Mutex(Ledger())
    private let isOver = Atomic(false)
    private let names = Counter()

    /// Agents created so far.
    var acknowledged: Int { ledger.withLock(\.acknowledged.count) }

    /// Runs while `body` does, and for as long as it takes until every create with a request id has succeeded.
    static func during(
        _ world: World, writers: Int = 8, _ body: (WriteLoad) async throws -> Void
    ) async throws -> Ledger {
        let load = WriteLoad()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<writers {
                group.addTask { try await world.speak(as: world.ada) { try await load.write($0) } }
            }
            defer { load.isOver.store(true, ordering: .relaxed) }
            try await body(load)
            load.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
            return load.ledger.withLock { $0 }
        }
    }

    private func write(_ caller: Caller) async throws {
        while !isOver.load(ordering: .relaxed) {
            let number = names.next()
            let created =
                number.isMultiple(of: 2)
                ? try await createOnce("once-\(number)", caller) : try await createUntilDone("again-\(number)", caller)
            if let created { try await read(created, caller) }
        }
    }

    /// Without a request id, so that the daemon has one try.
    private func createOnce(_ name: String, _ caller: Caller) async throws -> AgentMessage? {
        do {
            let agent = try await caller.createAgent(name)
            ledger.withLock { _ = $0.acknowledged.insert(name) }
            return agent
        } catch let refusal as Refusal {
            ledger.withLock { ledger in
                switch refusal.code {
                case .unknown: ledger.unknown.insert(name)
                case .unavailable: ledger.refused.insert(name)
                default: ledger.unexpected.append("\(name): \(refusal)")
                }
            }
            try await Self.pause(after: refusal)
            return nil
        }
    }

    /// With a request id, again and again, as a client should.
    private func createUntilDone(_ name: String, _ caller: Caller) async throws -> AgentMessage? {
        let requestID = UUIDValue.random().description
        while true {
            do {
                let agent = try await caller.createAgent(name, requestID: requestID)
                ledger.withLock { _ = $0.acknowledged.insert(name) }
                return agent
            } catch let refusal as Refusal {
                guard [.unavailable, .unknown].contains(refusal.code) else {
                    ledger.withLock { $0.unexpected.append("\(name): \(refusal)") }
                    return nil
                }
                ledger.withLock { $0.repeats += 1 }
                try await Self.pause(after: refusal)
            }
        }
    }

    private func read(_ agent: AgentMessage, _ caller: Caller) async throws {
        do {
            let read = try await caller.getAgent(agent.id)
            if read != agent { ledger.withLock { $0.unexpected.append("\(agent.name) was read as \(read)") } }
        } catch let refusal as Refusal where refusal.code == .unavailable {
            try await Self.pause(after: refusal)
        } catch let refusal as Refusal {
            ledger.withLock { $0.unexpected.append("reading \(agent.name): \(refusal)") }
        }
    }

    /// A little of what the daemon asks for, so that the load does not become a busy loop.
    private static func pause(after refusal: Refusal) async throws {
        let asked = refusal.status.retryAfterMilliseconds ?? 0
        try await Task.sleep(for: .milliseconds(min(asked, 20)))
    }
}

extension WriteLoad.Ledger {
    /// What contradicts what the database holds; nothing when every answer was true.
    func contradictions(in database: TestDatabase) throws -> [String] {
        let rows = try database.rows("SELECT name, count(*) FROM agents GROUP BY name")
        let stored = Set(rows.compactMap { $0[0] })
        let twice = rows.filter { $0[1] != "1" }.compactMap { $0[0] }
        return unexpected
            + twice.map { "\($0) is there twice" }
            + acknowledged.subtracting(stored).map { "\($0) was acknowledged and is lost" }
            + refused.intersection(stored).map { "\($0) was refused and is there" }
            + stored.subtracting(acknowledged).subtracting(unknown).map { "\($0) is there and nobody was told" }
    }
}
