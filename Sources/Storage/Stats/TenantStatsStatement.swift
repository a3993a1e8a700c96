package import AgentdCore
internal import Postgres

/// Counts what the tenant of the call has and does, all of it in one snapshot. No agent is looked at for it.
package struct TenantStatsStatement: TenantStatement {
    /// How many owners a breakdown has at most.
    private static let maximumOwners = 100

    /// Whether the breakdowns are wanted.
    package let includesBreakdowns: Bool

    package init(includesBreakdowns: Bool) { self.includesBreakdowns = includesBreakdowns }

    package func run(in session: TenantSession) async throws(ServiceError) -> TenantStats {
        try await session.read(Query(tenantID: session.caller.tenantID, includesBreakdowns: includesBreakdowns))
    }

    private struct Query: Statement {
        let tenantID: TenantID
        let includesBreakdowns: Bool

        var text: StatementText { includesBreakdowns ? Self.full : Self.basic }

        func bind(to parameters: inout Parameters) { parameters.append(tenantID) }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> TenantStats {
            var reader = TenantStatsReader(tenantID: tenantID, includesBreakdowns: includesBreakdowns)
            for row in 0..<rows.count { try reader.read(rows, row) }
            return reader.finish()
        }

        private static let basic = text(
            "tenant_stats_basic", counts(of: "dimension = 'status'", AgentCounts.statusParts(of: "deltas")), general)
        private static let full = text(
            "tenant_stats_full", counts(of: "true", AgentCounts.parts(of: "deltas")), general + breakdowns)

        /// Rows of different kinds, each with its kind, a key and four numbers.
        private static func text(_ name: String, _ counts: String, _ kinds: [String]) -> StatementText {
            StatementText(
                name,
                """
                WITH \(counts)
                SELECT r.kind, r.key, r.a, r.b, r.c, r.d, now() FROM (
                    \(kinds.joined(separator: "\nUNION ALL\n"))
                ) AS r (kind, key, a, b, c, d)
                """, [.uuid])
        }

        /// `counts`: sums and differences together.
        /// - Parameter parts: Of `deltas`, in the dimensions of the condition.
        private static func counts(of condition: String, _ parts: String) -> String {
            """
            deltas AS (
                SELECT * FROM agent_count_deltas WHERE tenant_id = $1
            ), counts AS (
                SELECT dimension, key, sum(agents)::bigint AS agents, sum(bytes)::bigint AS bytes FROM (
                    SELECT tenant_id, dimension, key, agents, bytes FROM agent_counts
                    WHERE tenant_id = $1 AND \(condition)
                    UNION ALL
                    \(parts)
                ) AS parts
                GROUP BY dimension, key
            )
            """
        }

        private static let general = [
            "SELECT dimension, key, agents, bytes, 0::bigint, 0::bigint FROM counts WHERE dimension = 'status'",
            """
            SELECT 'users', '', count(*) FILTER (WHERE delete_time IS NULL),
                count(*) FILTER (WHERE delete_time IS NULL AND is_active),
                count(*) FILTER (WHERE delete_time IS NULL AND is_active AND role = 'tenant_admin'),
                count(*) FILTER (WHERE delete_time IS NOT NULL)
            FROM users WHERE tenant_id = $1
            """,
            """
            SELECT 'tokens', '',
                count(*) FILTER (WHERE \(TokenColumns.isValid("k")) AND \(TokenColumns.isOfActive("u"))),
                count(*) FILTER (WHERE k.revoke_time IS NULL AND k.expire_time <= now()),
                count(*) FILTER (WHERE k.revoke_time IS NOT NULL), 0
            FROM tokens AS k JOIN users AS u ON u.tenant_id = k.tenant_id AND u.id = k.user_id
            WHERE k.tenant_id = $1 AND u.tenant_id = $1
            """,
            """
            SELECT 'calls', s.name, coalesce(sum(c.calls), 0)::bigint, coalesce(sum(c.errors), 0)::bigint,
                coalesce(sum(c.latency_microseconds), 0)::bigint, 0
            FROM (VALUES ('hour', interval '1 hour'), ('day', interval '24 hours')) AS s (name, duration)
                LEFT JOIN tenant_calls AS c ON c.tenant_id = $1 AND c.start_time > now() - interval '24 hours'
                    AND c.start_time > now() - s.duration
            GROUP BY s.name
            """,
        ]

        private static let breakdowns = [
            "SELECT dimension, key, agents, bytes, 0, 0 FROM counts WHERE dimension = 'type' AND agents > 0",
            """
            (SELECT dimension, key, agents, bytes, 0, 0 FROM counts WHERE dimension = 'owner' AND agents > 0
            ORDER BY agents DESC, key::bigint LIMIT \(maximumOwners))
            """,
            """
            SELECT 'day', key, coalesce(sum(agents) FILTER (WHERE dimension = 'created'), 0)::bigint,
                coalesce(sum(agents) FILTER (WHERE dimension = 'deleted'), 0)::bigint, 0, 0
            FROM counts
            WHERE dimension IN ('created', 'deleted') AND key > \(AgentCounts.day(before: AgentCounts.shownDays))::text
            GROUP BY key HAVING bool_or(agents <> 0)
            """,
        ]
    }
}
