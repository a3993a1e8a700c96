import Testing

internal import LoopExecutor
internal import Postgres
internal import TestSupport

/// Look-ups of one turn of the loop share segments of the pipeline, each behind the context of its own transaction.
@Suite("Look-ups that share a segment", .timeLimit(.minutes(2)))
struct SharedSegmentTests {
    /// Says what its statement's transaction has to know.
    private struct Whose: TransactionContext {
        let text = StatementText("whose", "SELECT set_config('test.whose', $1, true)", [.text])
        let name: String

        func bind(to parameters: inout Parameters, timeoutMilliseconds: Int) { parameters.append(text: name) }
    }

    private func withPool(_ body: (PostgresPool, TestLoop) async throws -> Void) async throws {
        try await TestDatabase.with(migrated: false) { database in
            var configuration = PostgresPool.Configuration(conninfo: database.owner)
            configuration.connections = 2
            configuration.queueCapacity = 2_000
            try await TestLoop.with { loop in
                try await loop.withPool(configuration) { try await body($0, loop) }
            }
        }
    }

    @Test("One that fails fails alone: those before it have their answers, those behind it are sent again")
    func failure() async throws {
        try await withPool { pool, loop in
            let outcomes = try await withThrowingTaskGroup(of: (Int64, Int64?).self) { group in
                for number in 0..<600 as Range<Int64> {
                    let divisor = number % 7 == 3 ? 0 : number + 1
                    group.addTask { (divisor, try? await pool.read(.thousand(over: divisor), on: loop)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 600)
            for (divisor, answer) in outcomes { #expect(answer == (divisor == 0 ? nil : 1_000 / divisor)) }
        }
    }

    @Test("Each sees its own context, and nothing of it is left behind them")
    func context() async throws {
        try await withPool { pool, loop in
            let whose = TestStatement(
                "ask_whose", "SELECT current_setting('test.whose', true)", isLookUp: true
            ) { rows throws(DecodingFailure) in try rows.optionalText(0, 0) ?? "" }
            let seen = try await withThrowingTaskGroup(of: (String, String).self) { group in
                for number in 0..<600 {
                    let name = "caller \(number)"
                    group.addTask {
                        let answer = try await loop.executor.run {
                            try await pool.run(
                                whose, in: Whose(name: name), effect: .read,
                                deadlineNanoseconds: PostgresPool.deadline(20_000))
                        }
                        return (name, answer)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for (name, answer) in seen { #expect(answer == name) }
            #expect(try await pool.read(whose, on: loop).isEmpty)
        }
    }
}
