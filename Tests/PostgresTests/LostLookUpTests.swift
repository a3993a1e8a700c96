import Testing

internal import LoopExecutor
internal import Postgres
internal import TestSupport

/// Look-ups whose connection goes away: they go out again by themselves, within bounds.
@Suite("Lost look-ups", .timeLimit(.minutes(2)))
struct LostLookUpTests {
    /// Counts itself, which no rollback undoes, and ends its own connection.
    private static let fatal = StatementText(
        "fatal_look_up", "SELECT nextval('attempts'), pg_terminate_backend(pg_backend_pid())", [], isLookUp: true)

    private func withPool(_ body: (PostgresPool, TestLoop, TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with(migrated: false) { database in
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = 1
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { pool in
                    try await pool.write(.command("make_attempts", "CREATE SEQUENCE attempts"), on: loop)
                    try await body(pool, loop, database)
                }
            }
        }
    }

    /// How a look-up ends, which may go out so many times.
    private func end(
        of text: StatementText, attempts: Int, within milliseconds: Int64 = 20_000, in pool: PostgresPool,
        on loop: TestLoop
    ) async throws -> PostgresError? {
        try await loop.executor.run {
            await withUnsafeContinuation { continuation in
                let call = PendingCall(
                    text, effect: .read, deadlineNanoseconds: PostgresPool.deadline(milliseconds))
                pool.submit(call, attempts: attempts) { _, error in continuation.resume(returning: error) }
            }
        }
    }

    private func attemptsMade(in database: TestDatabase) throws -> [[String?]] {
        try database.rows("SELECT last_value FROM attempts", [])
    }

    @Test("One that ends every connection goes out as often as it may, and is then told so once", arguments: [1, 3])
    func givenUp(attempts: Int) async throws {
        try await withPool { pool, loop, database in
            let error = try await end(of: Self.fatal, attempts: attempts, in: pool, on: loop)
            #expect(error == .connectionLost(sent: false))
            #expect(try attemptsMade(in: database) == [["\(attempts)"]])
            let echoed = try await pool.read(.echo(1), on: loop)
            #expect(echoed == 1)
        }
    }

    @Test("One that ends a connection once has its answer from the next")
    func answered() async throws {
        try await withPool { pool, loop, database in
            let once = StatementText(
                "fatal_once",
                "SELECT CASE WHEN nextval('attempts') = 1 THEN pg_terminate_backend(pg_backend_pid()) END", [],
                isLookUp: true)
            let error = try await end(of: once, attempts: 3, in: pool, on: loop)
            #expect(error == nil)
            #expect(try attemptsMade(in: database) == [["2"]])
        }
    }

    @Test("Its deadline holds whatever attempts are left")
    func deadline() async throws {
        try await withPool { pool, loop, database in
            let error = try await end(of: Self.fatal, attempts: .max, within: 300, in: pool, on: loop)
            #expect(error == .deadlineExceeded)
        }
    }
}
