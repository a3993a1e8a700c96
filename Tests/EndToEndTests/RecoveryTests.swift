import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import Postgres
internal import TestSupport

@Suite("Recovery", .timeLimit(.minutes(4)))
struct RecoveryTests {
    private static let backends = """
        FROM pg_stat_activity WHERE datname = $1 AND application_name = 'agentd' AND pid <> pg_backend_pid()
        """

    @Test("After all of its connections were terminated, again and again under load, nothing is lost, doubled or wrong")
    func terminatedBackends() async throws {
        try await World.with { world in
            let ledger = try await WriteLoad.during(world) { load in
                for _ in 0..<20 {
                    let before = load.acknowledged
                    try await waitUntil { load.acknowledged >= before + 50 }
                    let terminated = try world.database.rows(
                        "SELECT pg_terminate_backend(pid) \(Self.backends)", [world.database.name])
                    #expect(!terminated.isEmpty)
                }
                try await waitUntil { [before = load.acknowledged] in load.acknowledged >= before + 50 }
            }
            #expect(try ledger.contradictions(in: world.database) == [])
        }
    }

    @Test(
        "A restart of PostgreSQL under load is survived without a restart of the daemon",
        arguments: TestCluster.Shutdown.allCases)
    func restart(shutdown: TestCluster.Shutdown) async throws {
        try await World.withOwnCluster { world, cluster in
            let ledger = try await WriteLoad.during(world) { load in
                for _ in 0..<2 {
                    try await waitUntil { [before = load.acknowledged] in load.acknowledged >= before + 100 }
                    await cluster.stop(shutdown)
                    try await cluster.start()
                }
                try await waitUntil { [before = load.acknowledged] in load.acknowledged >= before + 100 }
            }
            #expect(try ledger.contradictions(in: world.database) == [])
        }
    }

    @Test("A database that is gone and back before anybody notices is proven anew, and calls are served meanwhile")
    func unnoticedLoss() async throws {
        try await World.withOwnCluster { world, cluster in
            func proven() async throws -> Double? {
                try await world.daemon.metrics()["agentd_isolation_proven_timestamp_seconds"]
            }
            let before = try #require(try await proven())
            // The time has whole seconds.
            try await waitUntil { Date().timeIntervalSince1970 >= before + 1 }
            _ = try cluster.database.rows(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename LIKE 'agentd\\_%'")
            try await waitUntil { try await proven() ?? 0 > before }
            #expect(world.daemon.log.contains("The connections to the database were lost and made again"))
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("after") }
            #expect(agent.name == "after")
        }
    }

    @Test("While the database is away calls are refused at once, and health says so until it is back")
    func databaseAway() async throws {
        try await World.withOwnCluster { world, cluster in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("before")
                #expect(try await ada.health() == .serving)
                await cluster.stop(.fast)
                try await waitUntil { try await ada.health() == .notServing }
                #expect(try await Program.run("agentd", ["health", "--address", world.daemon.address]).code == 4)
                #expect(try await ada.health(of: "liveness") == .serving)

                // Long before the call's deadline.
                for attempt in 0..<20 {
                    do {
                        _ = try await ada.getAgent(agent.id, timeout: 10_000)
                        Issue.record("call \(attempt) succeeded without a database")
                    } catch let refusal as Refusal {
                        #expect(refusal.code == .unavailable && refusal.reason == "DB_UNAVAILABLE", "\(refusal)")
                        #expect(try #require(refusal.status.retryAfterMilliseconds) > 0)
                    }
                }

                try await cluster.start()
                try await waitUntil { try await ada.health() == .serving }
                #expect(try await ada.getAgent(agent.id) == agent)
                #expect(try await Program.run("agentd", ["health", "--address", world.daemon.address]).code == 0)
            }
        }
    }

    @Test(
        "A create that was on its way when the database went is said to be unknown, and can be repeated",
        arguments: [false, true])
    func unknownOutcome(hasRequestID: Bool) async throws {
        try await World.withOwnCluster(settings: ["AGENTD_DB_QUEUE_WAIT": "200ms"]) { world, cluster in
            try await world.speak(as: world.ada) { ada in
                let requestID = UUIDValue.random().description
                let lock = try TableLock(world.database)
                let create = Task { try await ada.createAgent("agent", requestID: hasRequestID ? requestID : "") }
                try await lock.waitForBlocked(1)
                await cluster.stop(.immediate)
                await expectRefusal(.unknown, "OUTCOME_UNKNOWN") { try await create.value }

                try await cluster.start()
                _ = try await untilServed { try await ada.user() }
                let created = try await untilServed { try await ada.createAgent("agent", requestID: requestID) }
                #expect(created.name == "agent")
                #expect(try world.database.rows("SELECT count(*) FROM agents") == [["1"]])
            }
        }
    }

    @Test(
        "While one backend stands still its calls end at their deadline, the others go on, and it is used again later")
    func stoppedBackend() async throws {
        try await World.withOwnCluster(settings: [
            "AGENTD_DB_STATEMENT_TIMEOUT": "10m", "AGENTD_DB_WRITE_CONNECTIONS": "0",
        ]) { world, _ in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("agent")
                _ = try await ada.getAgent(agent.id)
                let backend = try Self.lastBackend(of: world.database)
                kill(backend, SIGSTOP)
                defer { kill(backend, SIGCONT) }

                await expectRefusal(.deadlineExceeded, "DEADLINE_EXCEEDED") {
                    try await ada.getAgent(agent.id, timeout: 200)
                }
                // It has not answered for long enough: nothing goes to it any more.
                for _ in 0..<50 { #expect(try await ada.getAgent(agent.id) == agent) }
                let codes = try await Self.codes(of: 64) { try await ada.getAgent(agent.id, timeout: $0) }
                #expect(codes == [.ok: 64])

                kill(backend, SIGCONT)
                let afterwards = try await Self.codes(of: 64) { try await ada.getAgent(agent.id, timeout: $0) }
                #expect(afterwards == [.ok: 64])
                #expect(try Self.tenantBackends(of: world.database).contains(backend))
            }
        }
    }

    @Test("A backend that does not come back is replaced")
    func lostBackend() async throws {
        try await World.withOwnCluster(settings: [
            "AGENTD_DB_STATEMENT_TIMEOUT": "100ms", "AGENTD_DB_WRITE_CONNECTIONS": "0",
        ]) { world, _ in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("agent")
                _ = try await ada.getAgent(agent.id)
                let backend = try Self.lastBackend(of: world.database)
                kill(backend, SIGSTOP)
                defer { kill(backend, SIGCONT) }
                _ = try await Self.codes(of: 16, timeout: 200) { try await ada.getAgent(agent.id, timeout: $0) }
                try await waitUntil {
                    try Self.tenantBackends(of: world.database).filter { $0 != backend }.count == 2
                }
                #expect(try await Self.codes(of: 64) { try await ada.getAgent(agent.id, timeout: $0) } == [.ok: 64])
            }
        }
    }

    /// Held up is what the health monitor asks, on one of the two connections of reads; the other one does its work.
    @Test("While reads are answered the daemon is ready, also when its own question finds no answer in time")
    func busyDatabase() async throws {
        try await World.with { world in
            let (database, owner) = (world.database, world.database.owner)
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("agent") }
            let lock = try ScriptConnection(conninfo: owner, applicationName: "lock")
            try lock.execute("SELECT pg_advisory_lock(4711)")
            // A bound of the index, so that it is asked for before a row is found: there is none.
            try lock.execute(
                """
                CREATE POLICY slow ON tenants AS RESTRICTIVE FOR SELECT TO agentd_app
                USING (id >= (SELECT '\(UUIDValue(high: 0, low: 0))'::uuid FROM pg_advisory_xact_lock_shared(4711)))
                """)
            let question = """
                SELECT a.pid || ' ' || a.query_start FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
                WHERE l.locktype = 'advisory' AND NOT l.granted AND a.datname = $1
                """
            try await world.speak(as: world.ada) { ada in
                var questions: Set<String?> = []
                // Two without an answer would be enough.
                try await waitUntil {
                    questions.formUnion(try database.rows(question, [database.name]).map { $0[0] })
                    _ = try? await ada.getAgent(agent.id, timeout: 5_000)
                    return questions.count >= 4
                }
                #expect(try await ada.health() == .serving)
                #expect(!world.daemon.log.contains("does not answer"), "\(world.daemon.log)")
                // Changes have connections of their own, and tell nothing of those that reads go over.
                try await waitUntil {
                    _ = try await ada.update(agent.id) { $0.description += "." }
                    return try await ada.health() == .notServing
                }
            }
            try lock.execute("SELECT pg_advisory_unlock(4711)")
        }
    }

    private static func tenantBackends(of database: TestDatabase) throws -> [pid_t] {
        try database.rows("SELECT pid \(backends) AND usename = 'agentd_app' ORDER BY pid", [database.name])
            .compactMap { row in row[0].flatMap { pid_t($0) } }
    }

    /// The backend that was asked last for agents; health asks for something else.
    private static func lastBackend(of database: TestDatabase) throws -> pid_t {
        let last = try database.rows(
            "SELECT pid \(backends) AND usename = 'agentd_app' AND query ~ 'agents' ORDER BY state_change DESC LIMIT 1",
            [database.name])
        return try #require(last.first?.first.flatMap { $0 }.flatMap { pid_t($0) })
    }

    /// How many of so many calls at once ended with which code.
    private static func codes(
        of count: Int, timeout: UInt32 = 0, _ call: @escaping @Sendable (UInt32) async throws -> AgentMessage
    ) async throws -> [StatusCode: Int] {
        try await withThrowingTaskGroup(of: StatusCode.self) { group in
            for _ in 0..<count {
                group.addTask {
                    do {
                        _ = try await call(timeout)
                        return .ok
                    } catch let refusal as Refusal {
                        return refusal.code
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }
}
