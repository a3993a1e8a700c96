import Testing

internal import Glibc
internal import LoopExecutor
internal import NIOCore
internal import Postgres
internal import TestSupport

/// What becomes of statements that PostgreSQL works on when their callers have gone. The pool has one connection, so
/// whatever is not stopped is waited for by all others.
@Suite("Abandoned work", .timeLimit(.minutes(2)))
struct AbandonedWorkTests {
    private static let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'PgSleep'"

    private func withPool(_ body: (PostgresPool, TestLoop, TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with(migrated: false) { database in
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = 1
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { try await body($0, loop, database) }
            }
        }
    }

    @Test("A statement whose caller has gone is stopped, and so are those behind it whose callers have")
    func stopped() async throws {
        try await withPool { pool, loop, database in
            let sleep = TestStatement<Void>.command("sleep", "SELECT pg_sleep(600)")
            let first = Task { try await pool.read(sleep, on: loop, within: 900_000) }
            let second = Task { try await pool.write(sleep, on: loop, within: 900_000) }
            try await waitUntil { try await loop.executor.run { pool.callsInFlight == 2 } }
            try await waitUntil { try database.rows(Self.sleeping, [database.name]) == [["1"]] }
            first.cancel()
            second.cancel()
            await #expect(throws: PostgresError.cancelled) { try await first.value }
            await #expect(throws: PostgresError.cancelled) { try await second.value }
            let echoed = try await pool.read(.echo(1), on: loop)
            #expect(echoed == 1)
            #expect(try database.rows(Self.sleeping, [database.name]) == [["0"]])
        }
    }

    @Test("A statement that somebody still waits for goes on, whatever else has been given up behind it")
    func goesOn() async throws {
        try await withPool { pool, loop, _ in
            let sleep = StatementText("sleep", "SELECT 7::int8 FROM pg_sleep(1)", [])
            let echo = StatementText("echo", "SELECT 1::int8", [])
            let answer = try await loop.executor.run {
                let deadline = PostgresPool.deadline(20_000)
                let wanted = PendingCall(sleep, effect: .read, deadlineNanoseconds: deadline)
                let unwanted = PendingCall(echo, effect: .read, deadlineNanoseconds: deadline)
                return try await withCheckedThrowingContinuation { continuation in
                    pool.submit(wanted) { call, error in
                        continuation.resume(
                            with: Result {
                                if let error { throw error }
                                return try call.read { rows throws(DecodingFailure) in try rows.int8(0, 0) }
                            })
                    }
                    pool.submit(unwanted) { _, _ in }
                    // Both are sent at the end of this turn of the loop.
                    loop.executor.eventLoop.execute { unwanted.cancel() }
                }
            }
            #expect(answer == 7)
        }
    }

    @Test("A loop that had no processor for a while stops nobody for what has ended meanwhile")
    func lateLoop() async throws {
        try await withPool { pool, loop, database in
            try database.execute("CREATE SEQUENCE attempts")
            let sleep = StatementText("sleep", "SELECT pg_sleep(0.01)", [])
            let work = StatementText("work", "SELECT nextval('attempts'), pg_sleep(1.5)", [])
            try await loop.executor.run {
                let deadline = PostgresPool.deadline(20_000)
                let abandoned = PendingCall(sleep, effect: .read, deadlineNanoseconds: deadline)
                let wanted = PendingCall(work, effect: .write, deadlineNanoseconds: deadline)
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    pool.submit(abandoned) { _, _ in }
                    pool.submit(wanted) { _, error in
                        continuation.resume(with: error.map { .failure($0) } ?? .success(()))
                    }
                    // Both are sent at the end of this turn of the loop.
                    loop.executor.eventLoop.execute {
                        abandoned.cancel()
                        // What happens to a loop on a machine whose processors are taken.
                        usleep(500_000)
                    }
                }
            }
            // Also what is stopped takes a number.
            #expect(try database.rows("SELECT last_value FROM attempts") == [["1"]])
        }
    }

    @Test("Who comes behind statements that are stopped, or end just then, never notices; writes happen once")
    func innocent() async throws {
        try await withPool { pool, loop, database in
            try database.execute("CREATE TABLE kept (n bigint PRIMARY KEY)")
            for round in 0..<30 {
                // About as long as abandoned work is left alone, so that requests arrive when it has just ended.
                let sleep = PendingCall(
                    StatementText("sleep_\(round % 10)", "SELECT pg_sleep(0.1\(round % 10))", []), effect: .read,
                    deadlineNanoseconds: PostgresPool.deadline(20_000))
                try await loop.executor.run { pool.submit(sleep) { _, _ in } }
                // It was sent at the end of that turn of the loop.
                try await loop.executor.run { sleep.cancel() }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<4 {
                        let key = round * 10 + number
                        let insertion = TestStatement<Void>.command(
                            "insert_\(key)", "INSERT INTO kept SELECT \(key) FROM pg_sleep(0.02)")
                        group.addTask { try await pool.write(insertion, on: loop) }
                        group.addTask { _ = try await pool.read(.thousand(over: 5), on: loop) }
                    }
                    try await group.waitForAll()
                }
            }
            #expect(try database.rows("SELECT count(*) FROM kept") == [["120"]])
        }
    }
}
