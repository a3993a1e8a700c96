import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("Shutdown", .timeLimit(.minutes(2)))
struct ShutdownTests {
    /// A world in which calls that need an agent stay in flight until the lock is released.
    private static func withLockedWorld(_ body: (World, TableLock) async throws -> Void) async throws {
        try await World.with(settings: ["AGENTD_DB_WRITE_CONNECTIONS": "0"]) { world in
            try await body(world, try TableLock(world.database))
        }
    }

    @Test("Calls in flight are answered, new ones are told to go elsewhere, and it ends with 0")
    func callsInFlight() async throws {
        try await Self.withLockedWorld { world, lock in
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            let ada = Caller(connection)
            try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<8 { group.addTask { try await ada.createAgent("held \(number)").name } }
                try await lock.waitForBlocked(2)

                world.daemon.signal(SIGTERM)
                let goAway = try await connection.next()
                guard case .goAway(lastID: 8, reason: "DRAINING")? = goAway?.frame else {
                    Issue.record("not a GoAway of the drain: \(String(describing: goAway?.frame))")
                    return
                }
                await expectRefusal(.unavailable, "DRAINING") { try await ada.createAgent("late") }
                try lock.release()

                let names = try await group.reduce(into: Set()) { $0.insert($1) }
                #expect(names == Set((0..<8).map { "held \($0)" }))
            }
            #expect(try await connection.next() == nil)
            #expect(await world.daemon.exitCode() == 0)
            #expect(try world.database.rows("SELECT count(*) FROM agents") == [["8"]])
        }
    }

    @Test("Without a client it says so too, for as long as probes take to notice")
    func probes() async throws {
        try await World.with { world in
            let health = ["health", "--address", world.daemon.address]
            #expect(try await Program.run("agentd", health).code == 0)
            world.daemon.signal(SIGTERM)
            var codes: Set<Int32> = []
            try await waitUntil {
                codes.insert(try await Program.run("agentd", health).code)
                return codes.contains(2)
            }
            #expect(codes.isSuperset(of: [4, 2]), "\(codes)")
            #expect(await world.daemon.exitCode() == 0)
        }
    }

    @Test("Before it lets go of its clients it says that it does not serve any more")
    func health() async throws {
        try await Self.withLockedWorld { world, lock in
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            let ada = Caller(connection)
            async let held = ada.createAgent("held")
            try await lock.waitForBlocked(1)
            #expect(try await ada.health() == .serving)
            world.daemon.signal(SIGTERM)
            try await waitUntil {
                do {
                    return try await ada.health() == .notServing
                } catch let refusal as Refusal where refusal.reason == "DRAINING" {
                    return true
                }
            }
            try lock.release()
            #expect(try await held.name == "held")
            #expect(await world.daemon.exitCode() == 0)
        }
    }

    @Test("Under load what it has accepted is answered and done, and what it has not is neither")
    func underLoad() async throws {
        try await World.with { world in
            let before = Counter()
            let outcomes = try await withThrowingTaskGroup(of: DrainedLoad.self) { group in
                for number in 0..<4 {
                    group.addTask {
                        let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
                        return try await DrainedLoad.run(on: connection, named: "\(number)", counting: before)
                    }
                }
                try await waitUntil { before.next() > 200 }
                world.daemon.signal(SIGTERM)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(await world.daemon.exitCode() == 0)
            for outcome in outcomes {
                let lastID = try #require(outcome.lastID, "no GoAway came")
                #expect(outcome.unanswered.allSatisfy { $0 > lastID })
                #expect(outcome.refusals.allSatisfy { $0 == "DRAINING" })
            }
            let stored = try world.database.rows("SELECT name FROM agents").compactMap { $0[0] }
            #expect(stored.sorted() == outcomes.flatMap(\.acknowledged).sorted())
        }
    }

    @Test("A client that asks much, never reads and never goes does not hold it up")
    func silentClient() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                for number in 0..<20 {
                    let agent = try await ada.createAgent("agent \(number)")
                    _ = try await ada.update(agent.id) { $0.systemPrompt = String(repeating: "long ", count: 5_000) }
                }
            }
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            try await connection.setReading(false)
            // The daemon stops reading from a client that does not read, so these do not all get away.
            let asking = Task {
                for id in 1...500 as ClosedRange<UInt64> {
                    try await connection.send(
                        .request(
                            id: id, method: "/agentd.v1.AgentService/ListAgents", headers: [], timeoutMilliseconds: 0,
                            message: ListAgentsRequest().encoded()))
                }
            }
            // A connection that does not even say hello, too.
            let other = try await RawConnection.open(world.daemon.port)
            try await world.speak(as: world.bob) { _ = try await $0.user() }
            world.daemon.signal(SIGTERM)
            #expect(await world.daemon.exitCode() == 0)
            try? await connection.close()
            try? await other.close()
            _ = await asking.result
        }
    }

    @Test("A call that does not end is given up after the grace")
    func endlessCall() async throws {
        try await Self.withLockedWorld { world, lock in
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            let held = Task { try await Caller(connection).createAgent("held") }
            try await lock.waitForBlocked(1)
            world.daemon.signal(SIGTERM)
            #expect(await world.daemon.exitCode() == 0)
            await #expect(throws: (any Error).self) { try await held.value }
            try lock.release()
        }
    }

    @Test("A second signal ends it at once, whatever is in flight")
    func secondSignal() async throws {
        try await Self.withLockedWorld { world, lock in
            let connection = try await RawConnection.open(world.daemon.port, token: world.ada.key)
            let held = Task { try await Caller(connection).createAgent("held") }
            try await lock.waitForBlocked(1)
            world.daemon.signal(SIGTERM)
            try await waitUntil { world.daemon.log.contains("Stopping") }
            world.daemon.signal(SIGTERM)
            #expect(await world.daemon.exitCode() == 128 + SIGTERM)
            await #expect(throws: (any Error).self) { try await held.value }
            try lock.release()
        }
    }
}
