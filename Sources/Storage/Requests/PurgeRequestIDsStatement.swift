package import AgentdCore
internal import Postgres

/// Removes answers that were kept for longer than 24 hours, a bounded number at a time. Answers how many.
package struct PurgeRequestIDsStatement: PlatformStatement {
    /// Small enough that the deletion never holds its locks for long.
    package static let batchSize = 1_000

    package init() {}

    package func run(in session: PlatformSession) async throws(ServiceError) -> Int {
        try await session.write(Query(), repeatable: true)
    }

    private struct Query: Statement {
        static let text = StatementText(
            "purge_request_ids",
            """
            DELETE FROM request_ids WHERE (tenant_id, user_id, request_id) IN (
                SELECT tenant_id, user_id, request_id FROM request_ids
                WHERE create_time < now() - interval '24 hours' LIMIT \(PurgeRequestIDsStatement.batchSize)
            )
            """, [])

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) {}
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Int { rows.affected }
    }
}
