package import AgentdCore
internal import Postgres

/// Removes audit events that are older than their tenant keeps them. Only a function of the database may do that; see
/// the migrations.
package struct PurgeAuditEventsStatement: PurgeStatement {
    package init() {}

    package var rows: String { "old audit events" }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Int {
        try await session.write(Query(), repeatable: true)
    }

    private struct Query: Statement {
        static let text = StatementText("purge_audit_events", "SELECT purge_audit_events(\(PurgeBatch.rows))", [])

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) {}
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Int { Int(try rows.int8(0, 0)) }
    }
}
