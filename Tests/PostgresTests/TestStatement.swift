internal import LoopExecutor
internal import NIOCore
internal import Postgres
internal import TestSupport

/// A statement for one test.
struct TestStatement<Output: Sendable>: Statement {
    let text: StatementText
    let binding: @Sendable (inout Parameters) -> Void
    let decoding: @Sendable (borrowing Rows) throws(DecodingFailure) -> Output

    init(
        _ name: String, _ sql: String, _ types: [ParameterType] = [], isLookUp: Bool = false,
        binding: @escaping @Sendable (inout Parameters) -> Void = { _ in },
        decoding: @escaping @Sendable (borrowing Rows) throws(DecodingFailure) -> Output
    ) {
        text = StatementText(name, sql, types, isLookUp: isLookUp)
        self.binding = binding
        self.decoding = decoding
    }

    func bind(to parameters: inout Parameters) { binding(&parameters) }
    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Output { try decoding(rows) }
}

extension Statement where Self == TestStatement<Int64> {
    /// One number from the database.
    static func number(_ name: String, _ sql: String) -> Self {
        TestStatement(name, sql) { rows throws(DecodingFailure) in try rows.int8(0, 0) }
    }

    /// 1,000 divided by the number, as a look-up.
    static func thousand(over value: Int64) -> Self {
        TestStatement(
            "thousand_over", "SELECT 1000 / $1::int8", [.int8], isLookUp: true, binding: { $0.append(int8: value) }
        ) { rows throws(DecodingFailure) in
            try rows.int8(0, 0)
        }
    }

    /// The same number back.
    static func echo(_ value: Int64) -> Self {
        TestStatement("echo", "SELECT $1::int8", [.int8], binding: { $0.append(int8: value) }) {
            rows throws(DecodingFailure) in
            try rows.int8(0, 0)
        }
    }
}

extension Statement where Self == TestStatement<Void> {
    static func command(_ name: String, _ sql: String) -> Self {
        TestStatement(name, sql) { _ throws(DecodingFailure) in }
    }
}

extension TestDatabase {
    /// Whether just so many of its connections wait for an advisory lock.
    func hasWaiting(_ count: Int) throws -> Bool {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = $1 AND wait_event = 'advisory'"
        return try rows(sql, [name]) == [["\(count)"]]
    }
}

extension PostgresPool {
    /// Runs a statement as a read from any task, on the pool's loop.
    func read<S: Statement>(
        _ statement: S, on loop: TestLoop, within milliseconds: Int64 = 20_000, of share: QueueShare = .none
    ) async throws -> S.Output {
        try await loop.executor.run {
            try await self.run(
                statement, effect: .read, deadlineNanoseconds: Self.deadline(milliseconds), share: share)
        }
    }

    func write<S: Statement>(
        _ statement: S, on loop: TestLoop, within milliseconds: Int64 = 20_000, of share: QueueShare = .none
    ) async throws -> S.Output {
        try await loop.executor.run {
            try await self.run(
                statement, effect: .write, deadlineNanoseconds: Self.deadline(milliseconds), share: share)
        }
    }

    static func deadline(_ milliseconds: Int64) -> UInt64 {
        (NIODeadline.now() + .milliseconds(milliseconds)).uptimeNanoseconds
    }
}
