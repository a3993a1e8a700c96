package import AgentdCore

/// Removes answers that were kept for longer than 24 hours.
package struct PurgeRequestIDsStatement: PurgeStatement {
    private static let query = PurgeQuery(
        "request_ids", key: "tenant_id, user_id, request_id", condition: "create_time < now() - interval '24 hours'")

    package init() {}

    package var rows: String { "answers of old request ids" }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Int {
        try await session.write(Self.query, repeatable: true)
    }
}
