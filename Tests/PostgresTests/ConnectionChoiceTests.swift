import Testing

internal import LoopExecutor
internal import Postgres
internal import TestSupport

/// Which of the pool's connections a call goes over: told by the server process that answers it.
@Suite("Choice of a connection", .timeLimit(.minutes(2)))
struct ConnectionChoiceTests {
    private static let backend = TestStatement<Int64>.number("backend", "SELECT pg_backend_pid()::int8")
    /// The same, as a look-up.
    private static let lookUp = number("look_up", backend.text.sql)
    /// The backend, once it has the lock for a moment.
    private static let backendWithLock = TestStatement<Int64>.number(
        "backend_with_lock",
        "SELECT pg_backend_pid()::int8 FROM (SELECT pg_advisory_lock(1), pg_advisory_unlock(1)) AS lock")
    private static let lookUpWithLock = number("look_up_with_lock", backendWithLock.text.sql)

    private static func number(_ name: String, _ sql: String) -> TestStatement<Int64> {
        TestStatement(name, sql, isLookUp: true) { rows throws(DecodingFailure) in try rows.int8(0, 0) }
    }

    /// Longer than a connection may be silent before nothing is sent behind what it works on.
    private static let silenceNanoseconds: UInt64 = 10_000_000

    private static func waitForSilence() async throws {
        let since = PostgresPool.deadline(0)
        try await waitUntil { PostgresPool.deadline(0) > since + silenceNanoseconds }
    }

    /// A pool with two connections, and a holder of the lock until `release`.
    private func withLockedPool(
        depth: Int = 192,
        _ body: (PostgresPool, TestLoop, _ isWaiting: (Int) throws -> Bool, _ release: () throws -> Void) async throws
            -> Void
    ) async throws {
        try await TestDatabase.with(migrated: false) { database in
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = 2
            configuration.pipelineDepth = depth
            let holder = try ScriptConnection(conninfo: database.owner)
            _ = try holder.rows("SELECT pg_advisory_lock(1)")
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { pool in
                    try await body(
                        pool, loop,
                        { try database.hasWaiting($0) },
                        { _ = try holder.rows("SELECT pg_advisory_unlock(1)") })
                }
            }
        }
    }

    @Test("Look-ups that come one by one all go over one connection, and other reads over another")
    func usual() async throws {
        try await withLockedPool { pool, loop, _, _ in
            var lookUps: Set<Int64> = []
            var reads: Set<Int64> = []
            for _ in 0..<20 {
                lookUps.insert(try await pool.read(Self.lookUp, on: loop))
                reads.insert(try await pool.read(Self.backend, on: loop))
            }
            #expect(lookUps.count == 1 && reads.count == 1 && lookUps != reads)
        }
    }

    @Test(
        "While it works on something slow, what comes goes over the other one, however much", arguments: [false, true])
    func slow(isLookUp: Bool) async throws {
        let backend = isLookUp ? Self.lookUp : Self.backend
        try await withLockedPool { pool, loop, isWaiting, release in
            let usual = try await pool.read(backend, on: loop)
            let slow = Task { try await pool.read(isLookUp ? Self.lookUpWithLock : Self.backendWithLock, on: loop) }
            try await waitUntil { try isWaiting(1) }
            try await Self.waitForSilence()
            let backends = try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 { group.addTask { try await pool.read(backend, on: loop) } }
                return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
            }
            #expect(backends.count == 1 && !backends.contains(usual))
            try release()
            #expect(try await slow.value == usual)
            #expect(try await pool.read(backend, on: loop) == usual)
        }
    }

    @Test("What the first has no room for goes over the next")
    func overflow() async throws {
        try await withLockedPool(depth: 1) { pool, loop, isWaiting, release in
            let reads = (0..<2).map { _ in Task { try await pool.read(Self.backendWithLock, on: loop) } }
            try await waitUntil { try isWaiting(2) }
            try release()
            #expect(try await reads[0].value != reads[1].value)
        }
    }

    @Test("While both work on something slow, reads wait for the one that is done first")
    func bothSlow() async throws {
        try await withLockedPool { pool, loop, isWaiting, release in
            let usual = try await pool.read(Self.backend, on: loop)
            let locked = Task { try await pool.read(Self.backendWithLock, on: loop) }
            try await waitUntil { try isWaiting(1) }
            try await Self.waitForSilence()
            let sleep = TestStatement<Int64>.number("sleep", "SELECT pg_backend_pid()::int8 FROM pg_sleep(0.5)")
            let sleeping = Task { try await pool.read(sleep, on: loop) }
            try await waitUntil { try await loop.executor.run { pool.callsInFlight == 2 } }
            try await Self.waitForSilence()
            try await withThrowingTaskGroup(of: Int64.self) { group in
                for _ in 0..<20 { group.addTask { try await pool.read(Self.backend, on: loop) } }
                // They wait: nothing is sent behind what is slow.
                for _ in 0..<20 { #expect(try await group.next() != usual) }
                #expect(try await sleeping.value != usual)
                try release()
                #expect(try await locked.value == usual)
            }
        }
    }

    @Test("Changes go over different connections: each waits for its own commit")
    func changes() async throws {
        try await withLockedPool { pool, loop, isWaiting, release in
            let changes = (0..<2).map { _ in Task { try await pool.write(Self.backendWithLock, on: loop) } }
            try await waitUntil { try isWaiting(2) }
            try release()
            #expect(try await changes[0].value != changes[1].value)
        }
    }
}
