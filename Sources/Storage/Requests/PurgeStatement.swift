internal import Postgres

/// Removes rows that are kept for a while only, a bounded number at a time. Answers how many.
package protocol PurgeStatement: PlatformStatement where Answer == Int {
    /// What is removed, as the end of a sentence for the log.
    var rows: String { get }
}

/// How many rows a purge removes at once.
package enum PurgeBatch {
    /// Small enough that a deletion never holds its locks for long.
    package static let rows = 1_000
}

/// Answers how many rows a statement without parameters removed.
struct PurgeQuery: Statement {
    let text: StatementText

    /// - Parameters:
    ///   - key: The columns of the primary key, separated by commas.
    ///   - condition: Holds for the rows that go; an index finds them.
    init(_ table: String, key: String, condition: String) {
        text = StatementText(
            "purge_\(table)",
            """
            DELETE FROM \(table) WHERE (\(key)) IN (
                SELECT \(key) FROM \(table) WHERE \(condition) LIMIT \(PurgeBatch.rows)
            )
            """, [])
    }

    func bind(to parameters: inout Parameters) {}
    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Int { rows.affected }
}
