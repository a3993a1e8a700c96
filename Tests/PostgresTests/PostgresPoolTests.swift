import Testing

internal import LoopExecutor
internal import NIOCore
internal import Postgres
internal import TestSupport

@Suite("Pool", .timeLimit(.minutes(2)))
struct PostgresPoolTests {
    private func withPool(
        connections: Int = 2, adjust: (inout PostgresPool.Configuration) -> Void = { _ in },
        _ body: (PostgresPool, TestLoop, TestDatabase) async throws -> Void
    ) async throws {
        try await TestDatabase.with(migrated: false) { database in
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = connections
            adjust(&configuration)
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { try await body($0, loop, database) }
            }
        }
    }

    @Test("A thousand calls at once, each with its own answer")
    func manyCalls() async throws {
        try await withPool(adjust: { $0.queueCapacity = 2_000 }) { pool, loop, _ in
            try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
                for value in 0..<1_000 as Range<Int64> {
                    group.addTask { (value, try await pool.read(.echo(value), on: loop)) }
                }
                for try await (asked, answered) in group { #expect(asked == answered) }
            }
        }
    }

    @Test("While the loop is busy with other work calls are sent and answered all the same, if it goes on in between")
    func busyLoop() async throws {
        try await withPool { pool, loop, _ in
            let answered = try await loop.executor.run {
                var answered = 0
                for number in 0..<100 as Range<Int64> {
                    let echo = TestStatement<Int64>.echo(number)
                    let call = PendingCall(
                        echo.text, effect: .read, deadlineNanoseconds: PostgresPool.deadline(20_000))
                    echo.bind(to: &call.parameters)
                    pool.submit(call) { _, error in
                        if error == nil { answered += 1 }
                        // Whoever is answered asks for more at once.
                        pool.goOn()
                    }
                }
                // It does not return to the loop.
                let end = PostgresPool.deadline(20_000)
                while answered < 100, PostgresPool.deadline(0) < end { pool.goOn() }
                return answered
            }
            #expect(answered == 100)
        }
    }

    @Test("A failing call between others fails alone, and the writes beside it stay")
    func failuresStayAlone() async throws {
        try await withPool(connections: 1) { pool, loop, database in
            try database.execute("CREATE TABLE kept (n bigint PRIMARY KEY)")
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<300 {
                    group.addTask {
                        let sql = number % 3 == 0 ? "SELECT 1 / 0" : "INSERT INTO kept VALUES (\(number))"
                        do {
                            try await pool.write(.command("s\(number)", sql), on: loop)
                            return true
                        } catch PostgresError.server(let error) {
                            #expect(error.sqlState == "22012")
                            return false
                        }
                    }
                }
                return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(outcomes == 200)
            #expect(try database.rows("SELECT count(*) FROM kept") == [["200"]])
        }
    }

    @Test("Connections isolate, compile nothing, and read no table whole where there is another way")
    func session() async throws {
        try await withPool { pool, loop, _ in
            let names = ["row_security", "jit", "enable_seqscan", "transaction_isolation"]
            let sql = "SELECT concat_ws(', ', \(names.map { "current_setting('\($0)')" }.joined(separator: ", ")))"
            let settings = TestStatement<String>("settings", sql) { rows throws(DecodingFailure) in try rows.text(0, 0)
            }
            let found = try await pool.read(settings, on: loop)
            #expect(found == "on, off, off, read committed")
        }
    }

    @Test("A statement is prepared again after a schema change, without anybody noticing")
    func schemaChange() async throws {
        try await withPool(connections: 1) { pool, loop, database in
            try database.execute("CREATE TABLE changing (a bigint); INSERT INTO changing VALUES (1)")
            let statement = TestStatement<Int64>.number("changing", "SELECT * FROM changing")
            #expect(try await pool.read(statement, on: loop) == 1)
            try database.execute("ALTER TABLE changing ADD COLUMN b bigint")
            #expect(try await pool.read(statement, on: loop) == 1)
            _ = try await pool.write(.command("deallocate", "DEALLOCATE ALL"), on: loop)
            #expect(try await pool.read(statement, on: loop) == 1)
        }
    }

    @Test("More statements than a connection prepares run all the same")
    func manyStatements() async throws {
        try await withPool(connections: 1) { pool, loop, _ in
            for number in 0..<400 {
                #expect(try await pool.read(.number("n\(number)", "SELECT \(number)::int8"), on: loop) == Int64(number))
            }
            let prepared = try await pool.read(
                .number("count", "SELECT count(*) FROM pg_prepared_statements"), on: loop)
            #expect(prepared == 256)
        }
    }

    @Test("Nothing is sent for a call that has expired")
    func expired() async throws {
        try await withPool { pool, loop, database in
            try database.execute("CREATE SEQUENCE sent")
            await #expect(throws: PostgresError.deadlineExceeded) {
                try await pool.write(.number("sent", "SELECT nextval('sent')"), on: loop, within: 0)
            }
            #expect(try await pool.read(.number("last", "SELECT nextval('sent')"), on: loop) == 1)
        }
    }

    @Test("A call whose deadline passes is answered, also when PostgreSQL does not")
    func deadlineOfSentCall() async throws {
        try await withPool { pool, loop, _ in
            await #expect(throws: PostgresError.deadlineExceeded) {
                try await pool.read(.number("sleep", "SELECT 1::int8 FROM pg_sleep(60)"), on: loop, within: 50)
            }
            let echoed = try await pool.read(.echo(1), on: loop)
            #expect(echoed == 1)
        }
    }

    @Test("A statement that works for too long is ended by PostgreSQL")
    func statementTimeout() async throws {
        try await withPool(adjust: { $0.statementTimeoutMilliseconds = 50 }) { pool, loop, _ in
            await expectServerError("57014") {
                _ = try await pool.read(.number("sleep", "SELECT 1::int8 FROM pg_sleep(60)"), on: loop)
            }
        }
    }

    @Test("The queue is bounded in length, and a cancelled call leaves it")
    func boundedQueue() async throws {
        try await withPool(
            connections: 1,
            adjust: {
                $0.pipelineDepth = 1
                $0.queueCapacity = 2
                $0.queueWaitMilliseconds = 60_000
            }
        ) { pool, loop, database in
            let holder = try ScriptConnection(conninfo: database.owner)
            _ = try holder.rows(Self.lock)
            let blocked = Task { try await pool.read(.command("lock", Self.lock), on: loop, within: 60_000) }
            try await waitUntil { try database.hasWaiting(1) }
            let waiting = (0..<2).map { number in
                Task { try await pool.read(.echo(Int64(number)), on: loop, within: 60_000) }
            }
            try await waitUntil { try await loop.executor.run { pool.waitingCalls == 2 } }
            await #expect(throws: PostgresError.queueFull) { try await pool.read(.echo(3), on: loop) }
            waiting[0].cancel()
            await #expect(throws: PostgresError.cancelled) { try await waiting[0].value }
            _ = try holder.rows("SELECT pg_advisory_unlock(1)")
            try await blocked.value
            let answered = try await waiting[1].value
            #expect(answered == 1)
        }
    }

    @Test("A call waits in the queue for no longer than it may")
    func queueTimeout() async throws {
        try await withPool(
            connections: 1,
            adjust: {
                $0.pipelineDepth = 1
                $0.queueWaitMilliseconds = 50
            }
        ) { pool, loop, database in
            let holder = try ScriptConnection(conninfo: database.owner)
            _ = try holder.rows(Self.lock)
            let blocked = Task { try await pool.read(.command("lock", Self.lock), on: loop, within: 60_000) }
            try await waitUntil { try database.hasWaiting(1) }
            await #expect(throws: PostgresError.queueTimeout) {
                try await pool.read(.echo(1), on: loop, within: 60_000)
            }
            _ = try holder.rows("SELECT pg_advisory_unlock(1)")
            try await blocked.value
        }
    }

    private static let lock = "SELECT pg_advisory_lock(1)"

    @Test("After every backend is terminated the pool is full again by itself")
    func terminatedBackends() async throws {
        try await withPool(connections: 3) { pool, loop, database in
            let backends = { Set(try database.rows(Self.backends, [database.name]).compactMap { $0[0] }) }
            for _ in 0..<5 {
                let before = try backends()
                #expect(before.count == 3)
                for backend in before { _ = try database.rows("SELECT pg_terminate_backend($1::int, 5000)", [backend]) }
                try await waitUntil { try await loop.executor.run { pool.openConnections == 3 } }
                try await waitUntil { try backends().isDisjoint(with: before) && backends().count == 3 }
                let echoed = try await pool.read(.echo(1), on: loop)
                #expect(echoed == 1)
            }
        }
    }

    private static let backends = """
        SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'agentd' AND pid <> pg_backend_pid()
        """

    @Test("A write whose connection ends before its answer is reported as lost, a read as safe to repeat")
    func lostConnections() async throws {
        try await withPool(connections: 1) { pool, loop, _ in
            let suicide = "SELECT pg_terminate_backend(pg_backend_pid())"
            await #expect(throws: PostgresError.connectionLost(sent: true)) {
                try await pool.write(.command("suicide", suicide), on: loop)
            }
            await #expect(throws: PostgresError.connectionLost(sent: false)) {
                try await pool.read(.command("suicide", suicide), on: loop)
            }
        }
    }

    @Test("A connection to a server that takes no writes any more is replaced")
    func readOnlyServer() async throws {
        try await withPool(connections: 1) { pool, loop, database in
            let backend = TestStatement<Int64>.number("pid", "SELECT pg_backend_pid()::int8")
            let before = try await pool.read(backend, on: loop)
            let write = TestStatement<Void>.command("write", "CREATE TABLE refused (n bigint)")
            _ = try await pool.write(.command("ro", "SET default_transaction_read_only = on"), on: loop)
            await expectServerError("25006") { try await pool.write(write, on: loop) }
            #expect(try await pool.read(backend, on: loop) != before)
            try await pool.write(write, on: loop)
        }
    }

    @Test("Without a database the pool does not become warm, and says why")
    func unreachable() async throws {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: "host=/nonexistent dbname=nothing")
            configuration.connectTimeoutMilliseconds = 200
            await #expect {
                try await loop.withPool(configuration) { _ in }
            } throws: { error in
                guard case PostgresError.unavailable(let reason)? = error as? PostgresError else { return false }
                return reason.contains("/nonexistent")
            }
        }
    }

    private func expectServerError(_ sqlState: String, _ body: () async throws -> Void) async {
        await #expect {
            try await body()
        } throws: { error in
            guard case PostgresError.server(let error)? = error as? PostgresError else { return false }
            return error.sqlState == sqlState
        }
    }
}
