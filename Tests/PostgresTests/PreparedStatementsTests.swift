import Testing

internal import Postgres
internal import TestSupport

@Suite("Prepared statements", .timeLimit(.minutes(2)))
struct PreparedStatementsTests {
    @Test("A connection keeps 256 statements prepared, and runs all others too, each again and again")
    func moreThanAreKept() async throws {
        var configuration = PostgresPool.Configuration(conninfo: TestEnvironment.database)
        configuration.connections = 1
        try await TestLoop.with { loop in
            try await loop.withPool(configuration) { pool in
                for _ in 1...2 {
                    for number in 0..<300 as Range<Int64> {
                        let statement = TestStatement<Int64>.number("numbered_\(number)", "SELECT \(number)::int8")
                        let read = try await pool.read(statement, on: loop)
                        #expect(read == number)
                    }
                }
                let kept = TestStatement<Int64>.number(
                    "kept_statements", "SELECT count(*) FROM pg_prepared_statements")
                #expect(try await pool.read(kept, on: loop) == 256)
            }
        }
    }
}
