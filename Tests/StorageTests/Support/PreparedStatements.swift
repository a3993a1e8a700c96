internal import AgentdCore
internal import Postgres

/// What a pool of one connection has prepared, in that order, without what is prepared for every call and for this
/// question.
struct PreparedStatements: Statement {
    struct Found: Sendable {
        let name: String
        let text: String
        /// Of its parameters, as PostgreSQL writes them.
        let types: [String]
    }

    static func found(on pool: PostgresPool) async throws -> [Found] {
        try await pool.run(
            PreparedStatements(), effect: .read, deadlineNanoseconds: Deadline.never.uptimeNanoseconds)
    }

    let text = StatementText(
        "prepared_statements",
        """
        SELECT name, statement, array_to_string(parameter_types, ', ') FROM pg_prepared_statements
        WHERE name NOT LIKE 'set_tenant_context%' AND name NOT LIKE 'prepared_statements%'
        ORDER BY prepare_time
        """, [])

    func bind(to parameters: inout Parameters) {}

    func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> [Found] {
        var found: [Found] = []
        for row in 0..<rows.count {
            let types = try rows.text(row, 2)
            found.append(
                Found(
                    name: try rows.text(row, 0), text: try rows.text(row, 1),
                    types: types.isEmpty ? [] : types.split(separator: ", ").map(String.init)))
        }
        return found
    }
}
