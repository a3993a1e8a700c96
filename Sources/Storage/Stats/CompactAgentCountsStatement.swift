package import AgentdCore
internal import Postgres

/// Adds some of the differences that changes of agents left behind to the sums, so that there are never many.
///
/// The differences are a queue: what was taken out of it stays in the table's pages until they are vacuumed, and a
/// batch that began at the first page each time would read over all that the batches before it took. And PostgreSQL
/// takes the queue to be empty, as it mostly is, and keeps a plan for that: so rows are removed by their place, and not
/// by a join, which would then look at the whole queue for each of them.
///
/// It happens as a whole or not at all, so that it may be killed at any moment. One runs at a time; another that comes
/// meanwhile takes nothing, rather than wait.
package struct CompactAgentCountsStatement: PlatformStatement {
    /// Takes some ten milliseconds, in which the look-up of a token may have to wait on the same connection.
    package static let batchSize = 1_000

    package struct Batch: Sendable, Equatable {
        /// How many differences it took.
        package let taken: Int
        /// The page of the table in which it ended, and the next one goes on. Behind it there is nothing more when
        /// fewer were taken than a batch may take; what came into the pages before is found from the first one.
        package let endPage: Int64
    }

    package let startPage: Int64

    /// - Parameter startPage: 0 is the first one.
    package init(startPage: Int64) { self.startPage = startPage }

    package func run(in session: PlatformSession) async throws(ServiceError) -> Batch {
        try await session.write(Query(startPage: startPage), repeatable: true)
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
                SELECT ctid AS place FROM agent_count_deltas
                WHERE ctid >= ('(' || $1::text || ',0)')::tid AND (SELECT \(lock))
                LIMIT \(CompactAgentCountsStatement.batchSize) FOR UPDATE SKIP LOCKED
            ), removed AS (
                DELETE FROM agent_count_deltas WHERE ctid = ANY (ARRAY(SELECT place FROM taken)) RETURNING *
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
            SELECT count(*), coalesce((SELECT (max(place)::text::point)[0]::bigint FROM taken), $1) FROM removed
            """, [.int8])

        let startPage: Int64

        var text: StatementText { Self.text }

        func bind(to parameters: inout Parameters) { parameters.append(int8: startPage) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> Batch {
            Batch(taken: Int(try rows.int8(0, 0)), endPage: try rows.int8(0, 1))
        }
    }
}
