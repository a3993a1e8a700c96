package import AgentdCore
internal import Postgres

/// Adds some of the differences that changes of agents left behind to the sums, so that there are never many. Answers
/// how many differences it took.
///
/// It happens as a whole or not at all, so that it may be killed at any moment. One runs at a time; another that comes
/// meanwhile takes nothing, rather than wait.
package struct CompactAgentCountsStatement: PlatformStatement {
    /// Takes some ten milliseconds, in which the look-up of a token may have to wait on the same connection.
    package static let batchSize = 1_000

    package init() {}

    package func run(in session: PlatformSession) async throws(ServiceError) -> Int {
        try await session.write(Query(), repeatable: true)
    }

    private struct Query: Statement {
        /// A key of two numbers never meets one of a single number, as tenants have.
        private static let lock = "pg_try_advisory_xact_lock(1, 1)"

        /// Sums that become nothing are removed, and so are days that are not kept any more, of the tenants that the
        /// differences belong to. A tenant that somebody removed by hand has no sums.
        static let text = StatementText(
            "compact_agent_counts",
            """
            WITH taken AS (
                SELECT tenant_id, id FROM agent_count_deltas WHERE (SELECT \(lock))
                LIMIT \(CompactAgentCountsStatement.batchSize) FOR UPDATE SKIP LOCKED
            ), removed AS (
                DELETE FROM agent_count_deltas AS d USING taken AS t WHERE d.tenant_id = t.tenant_id AND d.id = t.id
                RETURNING d.*
            ), sums AS (
                SELECT tenant_id, dimension, key, sum(agents)::bigint AS agents, sum(bytes)::bigint AS bytes
                FROM (\(AgentCounts.parts(of: "removed"))) AS parts
                WHERE EXISTS (SELECT FROM tenants AS t WHERE t.id = tenant_id)
                GROUP BY tenant_id, dimension, key
                HAVING sum(agents) <> 0 OR sum(bytes) <> 0
            ), emptied AS (
                DELETE FROM agent_counts AS c USING sums AS s
                WHERE c.tenant_id = s.tenant_id AND c.dimension = s.dimension AND c.key = s.key
                    AND c.agents + s.agents = 0 AND c.bytes + s.bytes = 0
                RETURNING c.tenant_id, c.dimension, c.key
            ), forgotten AS (
                DELETE FROM agent_counts AS c USING (SELECT DISTINCT tenant_id FROM removed) AS t
                WHERE c.tenant_id = t.tenant_id AND c.dimension IN ('created', 'deleted')
                    AND c.key <= \(AgentCounts.forgottenDay)::text
            ), added AS (
                INSERT INTO agent_counts AS c (tenant_id, dimension, key, agents, bytes)
                SELECT s.tenant_id, s.dimension, s.key, s.agents, s.bytes
                FROM sums AS s LEFT JOIN emptied AS e USING (tenant_id, dimension, key)
                WHERE e.key IS NULL
                ORDER BY s.tenant_id, s.dimension, s.key
                ON CONFLICT (tenant_id, dimension, key) DO UPDATE
                SET agents = c.agents + excluded.agents, bytes = c.bytes + excluded.bytes
            )
            SELECT count(*) FROM removed
            """, [])

        var text: StatementText { Self.text }
        func bind(to parameters: inout Parameters) {}
        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Int { Int(try rows.int8(0, 0)) }
    }
}
