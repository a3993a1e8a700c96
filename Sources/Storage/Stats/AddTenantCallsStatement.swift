package import AgentdCore
internal import Postgres

/// Adds calls of tenants to the counts of the five minutes that the database is in.
package struct AddTenantCallsStatement: PlatformStatement {
    /// The most tenants at once.
    package static let batchSize = 1_000

    /// By the tenant that the calls worked in.
    package let calls: [TenantID: TenantStats.Calls]

    package init(_ calls: [TenantID: TenantStats.Calls]) { self.calls = calls }

    package func run(in session: PlatformSession) async throws(ServiceError) {
        try await session.write(Query(calls: Array(calls)), repeatable: false)
    }

    private struct Query: Statement {
        /// In the order of tenants, so that two replicas never wait for each other in a circle. A tenant that somebody
        /// removed by hand is left out.
        static let text = StatementText(
            "add_tenant_calls",
            """
            INSERT INTO tenant_calls AS c (tenant_id, start_time, calls, errors, latency_microseconds)
            SELECT t.id, date_bin('5 minutes', now(), 'epoch'), n.calls, n.errors, n.latency_microseconds
            FROM unnest($1::uuid[], $2, $3, $4) AS n (tenant_id, calls, errors, latency_microseconds)
                JOIN tenants AS t ON t.id = n.tenant_id
            ORDER BY t.id
            ON CONFLICT (tenant_id, start_time) DO UPDATE SET calls = c.calls + excluded.calls,
                errors = c.errors + excluded.errors,
                latency_microseconds = c.latency_microseconds + excluded.latency_microseconds
            """, [.textArray, .int8Array, .int8Array, .int8Array])

        let calls: [(key: TenantID, value: TenantStats.Calls)]

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) {
            parameters.append(textArray: calls.map(\.key.description))
            parameters.append(int8Array: calls.map(\.value.calls))
            parameters.append(int8Array: calls.map(\.value.errors))
            parameters.append(int8Array: calls.map(\.value.latencyMicroseconds))
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) {}
    }
}
