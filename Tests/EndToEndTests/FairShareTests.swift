import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What tenants get of a database that cannot serve them all at once: its one connection waits for a lock, and then
/// serves one by one what is in the queue.
@Suite("Fair shares", .timeLimit(.minutes(2)))
struct FairShareTests {
    /// Agents that a user wants to create, all at once.
    private struct Flood: Sendable {
        let person: World.Person
        let name: String
        let count: Int
    }

    private static let queueCapacity = 12
    private static let settings = [
        "AGENTD_EVENT_LOOPS": "1", "AGENTD_DB_CONNECTIONS": "1", "AGENTD_DB_WRITE_CONNECTIONS": "0",
        "AGENTD_DB_PIPELINE_DEPTH": "1",
        "AGENTD_DB_QUEUE": "\(queueCapacity)", "AGENTD_DB_QUEUE_WAIT": "1m",
    ]

    @Test("While calls of both wait, a tenant with priority_support is served twice as often as one without")
    func prioritySupport() async throws {
        try await World.with(settings: Self.settings) { world in
            let created = try await Self.agents(
                of: world,
                createdBy: [
                    Flood(person: world.ada, name: "priority", count: 60),
                    Flood(person: world.carol, name: "plain", count: 60),
                ])
            // The queue was full of both, with more than enough of each. In two turns the one has four calls, whoever
            // came first.
            #expect(created.prefix(6).count { $0 == "priority" } == 4, "\(created)")
            #expect(created.prefix(6).count { $0 == "plain" } == 2, "\(created)")
        }
    }

    @Test("A tenant that fills the queue is refused there, and one that asks for little is not")
    func noisyTenant() async throws {
        try await World.with(settings: Self.settings) { world in
            let created = try await Self.agents(
                of: world,
                createdBy: [
                    Flood(person: world.ada, name: "noisy", count: 60),
                    Flood(person: world.carol, name: "quiet", count: 3),
                ])
            #expect(created.count { $0 == "quiet" } == 3, "\(created)")
            let warning = "reason=DB_QUEUE_FULL top_tenant=\(world.ada.tenantID) "
            #expect(world.daemon.log.contains(warning), "\(world.daemon.log)")
        }
    }

    @Test("Metrics say how many calls the database got, how long they had waited, and how many were too late")
    func metrics() async throws {
        try await World.with(settings: Self.settings) { world in
            func metric(_ name: String) async throws -> Double {
                try #require(try await world.daemon.metrics()[name + #"{pool="tenant",kind="read"}"#], "\(name)")
            }
            let lock = try TableLock(world.database)
            let blocked = Task { _ = try await world.speak(as: world.ada) { try await $0.createAgent("first") } }
            try await lock.waitForBlocked(1)
            #expect(try await metric("agentd_database_in_flight_limit") == 0)
            let sent = try await metric("agentd_database_calls_sent_total")
            let waitSeconds = try await metric("agentd_database_wait_seconds_total")
            let start = ContinuousClock.now
            let waiting = Task { _ = try await world.speak(as: world.bob) { try await $0.createAgent("second") } }
            try await waitUntil { try await metric("agentd_database_queue_length") >= 1 }
            let isWaiting = ContinuousClock.now
            await #expect(throws: Refusal.self) {
                try await world.speak(as: world.bob) { try await $0.getAgent(1, timeout: 50) }
            }
            try await waitUntil { try await metric("agentd_database_calls_expired_total") >= 1 }
            let waited = isWaiting.duration(to: .now)
            try lock.release()
            try await blocked.value
            try await waiting.value
            let waitedAtMost = start.duration(to: .now)
            try await waitUntil { try await metric("agentd_database_in_flight_limit") == 1 }
            // The daemon may have asked something of its own meanwhile.
            let sentCalls = try await metric("agentd_database_calls_sent_total") - sent
            #expect(sentCalls >= 1)
            let seconds = try await metric("agentd_database_wait_seconds_total") - waitSeconds
            #expect(
                seconds >= waited / .seconds(1) && seconds <= sentCalls * (waitedAtMost / .seconds(1)), "\(seconds)")
        }
    }

    @Test("Where clients that ask for many things at once are refused, one that waits for each answer is not")
    func oneAtATime() async throws {
        var settings = Self.settings
        settings["AGENTD_DB_QUEUE"] = nil
        try await World.with(settings: settings) { world in
            let lock = try TableLock(world.database)
            let refusals = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                // On one connection only so many run at once that they do not fill what such clients have.
                for number in 1...6 {
                    let flood = Flood(person: world.ada, name: "flood \(number)", count: 200)
                    group.addTask { try await Self.create(flood, in: world, refusals) }
                }
                try await waitUntil { refusals.value > 0 }
                for _ in 0..<3 {
                    group.addTask { _ = try await world.speak(as: world.bob) { try await $0.createAgent("single") } }
                }
                try await lock.waitForBlocked(1)
                try lock.release()
                try await group.waitForAll()
            }
            let names = try world.database.rows("SELECT name FROM agents WHERE name = 'single'")
            #expect(names.count == 3)
        }
    }

    /// More than run at once on a connection; the others are held back until some of those have ended.
    @Test(
        "Who shares a connection with a tenant that asks for much does not wait behind all of it",
        arguments: Door.allCases)
    func sharedConnection(door: Door) async throws {
        var settings = Self.settings
        settings["AGENTD_DB_QUEUE"] = nil
        try await World.with(settings: settings) { world in
            // Calls with a token that was not looked at yet are nobody's, and wait in one line.
            for person in [world.ada, world.carol] {
                _ = try await world.speak(as: person) { try await $0.whoAmI() }
            }
            let lock = try TableLock(world.database)
            try await Door.$current.withValue(door) {
                try await world.speak(as: world.ada) { caller in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        let flood = 300
                        for _ in 0..<flood { group.addTask { _ = try await caller.createAgent("noisy") } }
                        try await waitUntil { try await Self.callsInFlight(world) == Double(flood) }
                        let authorization = Header("authorization", "Bearer \(world.carol.key)")
                        group.addTask { _ = try await caller.createAgent("quiet", headers: [authorization]) }
                        try await waitUntil { try await Self.callsInFlight(world) == Double(flood + 1) }
                        // 128 run.
                        try await waitUntil {
                            try await world.daemon.metrics()["agentd_calls_held_back"] == Double(flood + 1 - 128)
                        }
                        try lock.release()
                        try await group.waitForAll()
                    }
                }
            }
            #expect(try await world.daemon.metrics()["agentd_calls_held_back"] == 0)
            let created = try Self.created(in: world)
            #expect(created.count == 301)
            // Of the 172 that were held back it came second, and of what waits for the database it is the second at
            // most.
            #expect(try #require(created.firstIndex(of: "quiet")) < 10, "\(created)")
        }
    }

    /// Over gRPC: the framed door answers who has only said that nothing more comes.
    @Test("Of a connection that is gone no calls are held back")
    func goneConnection() async throws {
        var settings = Self.settings
        settings["AGENTD_DB_QUEUE"] = nil
        try await World.with(settings: settings) { world in
            func heldBack() async throws -> Double? { try await world.daemon.metrics()["agentd_calls_held_back"] }
            let lock = try TableLock(world.database)
            let connection = try await Door.grpc.open(world.daemon.port, token: world.ada.key)
            let caller = Caller(connection)
            _ = try await caller.whoAmI()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 { group.addTask { _ = try? await caller.createAgent("given up") } }
                try await waitUntil { try await heldBack() == 72 }
                try await connection.close()
                group.cancelAll()
            }
            try await waitUntil { try await heldBack() == 0 }
            try lock.release()
        }
    }

    private static func callsInFlight(_ world: World) async throws -> Double {
        try await world.daemon.metrics().filter { $0.key.hasPrefix("agentd_calls_in_flight") }.values.reduce(0, +)
    }

    /// The names of agents in the order of their creation.
    private static func created(in world: World) throws -> [String] {
        try world.database.rows("SELECT name FROM agents WHERE name <> 'blocked' ORDER BY xmin::text::bigint")
            .compactMap { $0[0] }
    }

    /// The names of agents that were created when the floods had come one after the other, in the order of creation.
    private static func agents(of world: World, createdBy floods: [Flood]) async throws -> [String] {
        let lock = try TableLock(world.database)
        let refusals = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await world.speak(as: world.carol) { try await $0.createAgent("blocked") } }
            try await lock.waitForBlocked(1)
            var calls = 0
            for flood in floods {
                group.addTask { try await Self.create(flood, in: world, refusals) }
                calls += flood.count
                // Who has not been refused waits in the queue, for as long as the lock is held.
                try await waitUntil { [calls] in refusals.value >= calls - queueCapacity }
            }
            try lock.release()
            try await group.waitForAll()
        }
        return try created(in: world)
    }

    private static func create(_ flood: Flood, in world: World, _ refusals: Counter) async throws {
        try await world.speak(as: flood.person) { caller in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<flood.count {
                    group.addTask {
                        do {
                            _ = try await caller.createAgent(flood.name)
                        } catch let refusal as Refusal {
                            #expect(refusal.reason == "DB_QUEUE_FULL", "\(refusal)")
                            _ = refusals.next()
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
