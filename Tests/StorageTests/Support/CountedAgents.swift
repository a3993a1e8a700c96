import Testing

internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

/// A database whose tenants change their agents, and what a count over all agents says.
struct CountedAgents: Sendable {
    static let users = 4

    let database: TestDatabase
    let tenantIDs: [String]

    /// Two tenants with four users each.
    static func with(_ body: (CountedAgents) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) VALUES ('one', ''), ('two', '');
                INSERT INTO users (tenant_id, id, email)
                SELECT t.id, u, 'u' || u || '@example.com' FROM tenants AS t, generate_series(1, \(users)) AS u;
                """)
            let ids = try database.rows("SELECT id FROM tenants ORDER BY slug").compactMap { $0[0] }
            try await body(CountedAgents(database: database, tenantIDs: ids))
        }
    }

    func caller(_ tenantID: String) throws -> Caller {
        let id = TenantID(try #require(UUIDValue(tenantID)))
        return Caller(
            principal: Principal(
                tenant: TenantProfile(id: id), userID: 1, role: .tenantAdministrator, userIsActive: true,
                tokenID: "test"))
    }

    func stats(_ tenantID: String) async throws -> TenantStats {
        try await database.run(TenantStatsStatement(includesBreakdowns: true), as: caller(tenantID))
    }

    /// - Returns: How many differences it took.
    @discardableResult
    func compact() async throws -> Int { try await database.run(CompactAgentCountsStatement(startPage: 0)).taken }

    func compactAll() async throws { while try await compact() > 0 {} }

    func number(_ sql: String) throws -> Int {
        let value = try #require(database.rows(sql).first?.first ?? nil)
        return try #require(Int(value))
    }
}

extension CountedAgents {
    /// Where the counts differ from a count over all agents, one line each.
    func contradictions() throws -> [String] {
        try database.rows(
            """
            WITH sized AS (
                SELECT *, octet_length(name)::bigint + octet_length(description) + octet_length(system_prompt)
                    + octet_length(config::text) AS bytes
                FROM agents
            ), real AS (
                SELECT tenant_id, 'status' AS dimension, CASE WHEN is_active THEN status ELSE 'deleted' END AS key,
                    count(*) AS agents, sum(bytes) AS bytes
                FROM sized GROUP BY 1, 2, 3
                UNION ALL
                SELECT tenant_id, 'type', agent_type, count(*), sum(bytes) FROM sized WHERE is_active GROUP BY 1, 2, 3
                UNION ALL
                SELECT tenant_id, 'owner', owner_id::text, count(*), sum(bytes) FROM sized WHERE is_active
                GROUP BY 1, 2, 3
            ), counted AS (
                SELECT tenant_id, dimension, key, sum(agents) AS agents, sum(bytes) AS bytes FROM (
                    SELECT * FROM agent_counts WHERE dimension NOT IN ('created', 'deleted')
                    UNION ALL
                    SELECT tenant_id, 'status', status, agents, bytes FROM agent_count_deltas
                    UNION ALL
                    SELECT tenant_id, 'type', agent_type, agents, bytes FROM agent_count_deltas
                    WHERE status <> 'deleted'
                    UNION ALL
                    SELECT tenant_id, 'owner', owner_id::text, agents, bytes FROM agent_count_deltas
                    WHERE status <> 'deleted'
                ) AS parts
                GROUP BY 1, 2, 3 HAVING sum(agents) <> 0 OR sum(bytes) <> 0
            )
            SELECT concat_ws(' ', dimension, key, 'has', r.agents, r.bytes, 'and counts', c.agents, c.bytes)
            FROM real AS r FULL JOIN counted AS c USING (tenant_id, dimension, key)
            WHERE (r.agents, r.bytes) IS DISTINCT FROM (c.agents, c.bytes)
            """
        ).compactMap { $0[0] }
    }
}
