package import AgentdCore

/// Removes counts of calls from before the last day. The hour more leaves the first five minutes of that day whole.
package struct PurgeTenantCallsStatement: PurgeStatement {
    private static let query = PurgeQuery(
        "tenant_calls", key: "tenant_id, start_time", condition: "start_time < now() - interval '25 hours'")

    package init() {}

    package var rows: String { "old counts of calls" }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Int {
        try await session.write(Self.query, repeatable: true)
    }
}
