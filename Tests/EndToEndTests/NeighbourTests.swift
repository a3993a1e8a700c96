import Testing

internal import AgentdCore
internal import Messages
internal import Synchronization
internal import TestSupport

/// What one tenant's failures do to another's calls on the same two database connections: nothing.
@Suite("Failing neighbour", .timeLimit(.minutes(3)))
struct NeighbourTests {
    /// A way for a create to fail in the database, by the beginning of the agent's name, and how its caller is told.
    private enum Failure: String, CaseIterable {
        case divisionByZero = "boom-22012"
        case uniqueViolation = "boom-23505"
        case atCommit = "boom-commit"
        case tooSlow = "boom-57014"

        var code: StatusCode { self == .tooSlow ? .deadlineExceeded : .internal }
        /// Milliseconds; 0 for the default.
        var timeout: UInt32 { self == .tooSlow ? 30 : 0 }
    }

    private static let triggers = """
        CREATE FUNCTION explode() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            CASE
                WHEN NEW.name LIKE 'boom-22012%' THEN PERFORM 1 / 0;
                WHEN NEW.name LIKE 'boom-23505%' THEN
                    INSERT INTO isolation_canary (tenant_id, id) VALUES (NEW.tenant_id, 1), (NEW.tenant_id, 1);
                WHEN NEW.name LIKE 'boom-57014%' THEN PERFORM pg_sleep(60);
                ELSE NULL;
            END CASE;
            RETURN NEW;
        END $$;
        CREATE TRIGGER explode BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION explode();

        CREATE FUNCTION explode_late() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM 1 / 0;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER explode_late AFTER INSERT ON agents DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
            WHEN (NEW.name LIKE 'boom-commit%') EXECUTE FUNCTION explode_late();
        """

    @Test("Tenant A's failures between tenant B's writes cost B nothing: what was acknowledged is what is stored")
    func failuresBetweenWrites() async throws {
        try await World.with(settings: ["AGENTD_DB_CONNECTIONS": "2"]) { world in
            try world.database.execute(Self.triggers)
            let run = Run()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask { try await world.speak(as: world.ada) { try await run.failUntilOver($0) } }
                }
                try await withThrowingTaskGroup(of: Void.self) { writers in
                    for _ in 0..<6 {
                        writers.addTask { try await world.speak(as: world.carol) { try await run.write(100, $0) } }
                    }
                    defer { run.isOver.store(true, ordering: .relaxed) }
                    try await writers.waitForAll()
                }
                try await group.waitForAll()
            }

            #expect(run.failures.next() > 100)
            let stored = try world.database.rows("SELECT name FROM agents").compactMap { $0[0] }
            #expect(stored.count == 600)
            #expect(run.acknowledged.withLock { $0 } == Set(stored))
        }
    }

    /// What both tenants share of one run.
    private final class Run: Sendable {
        /// The names of B's agents.
        let acknowledged = Mutex<Set<String>>([])
        let isOver = Atomic(false)
        let failures = Counter()
        private let names = Counter()

        func write(_ count: Int, _ carol: Caller) async throws {
            for _ in 0..<count {
                let name = "carol-\(names.next())"
                let agent = try await carol.createAgent(name)
                #expect(agent.name == name)
                acknowledged.withLock { _ = $0.insert(name) }
            }
        }

        func failUntilOver(_ ada: Caller) async throws {
            while !isOver.load(ordering: .relaxed) {
                for failure in Failure.allCases { try await fail(failure, ada, failures.next()) }
            }
        }

        private func fail(_ failure: Failure, _ caller: Caller, _ number: UInt64) async throws {
            var request = CreateAgentRequest()
            var agent = AgentMessage()
            agent.name = "\(failure.rawValue) \(number)"
            agent.agentType = AgentType.research.rawValue
            request.agent = agent
            let response = try await caller.send("AgentService/CreateAgent", request, timeout: failure.timeout)
            #expect(response.code == failure.code.rawValue, "\(failure): \(response.error)")
            // Nothing of the database reaches a client.
            #expect(failure == .tooSlow || response.error == "The daemon met an internal error.")
        }
    }
}
