internal import Postgres
internal import TestSupport

/// Random changes of agents on one connection, as the database sees them, and how many of some kinds were made.
struct AgentMixture: Sendable {
    /// Agents that were created.
    var created: Int64 = 0
    /// Times that an agent was marked deleted.
    var deleted: Int64 = 0
    /// Changes that were rolled back.
    var undone = 0

    mutating func add(_ other: AgentMixture) {
        created += other.created
        deleted += other.deleted
        undone += other.undone
    }

    static func run(_ agents: CountedAgents, changes: Int) throws -> AgentMixture {
        let connection = try ScriptConnection(conninfo: agents.database.owner, applicationName: "tests")
        var mixture = AgentMixture()
        for _ in 0..<changes {
            let tenant = agents.tenantIDs[Int.random(in: 0..<agents.tenantIDs.count)]
            let isUndone = Int.random(in: 0..<8) == 0
            try connection.execute("BEGIN")
            var change = AgentMixture()
            try change.make(connection, tenant)
            try connection.execute(isUndone ? "ROLLBACK" : "COMMIT")
            if isUndone { mixture.undone += 1 } else { mixture.add(change) }
        }
        return mixture
    }

    private mutating func make(_ connection: borrowing ScriptConnection, _ tenant: String) throws {
        // Locked rows are left to others, so that no two changes wait for each other in a circle.
        let some = """
            SELECT id FROM agents WHERE tenant_id = $1 AND \(Bool.random() ? "is_active" : "NOT is_active")
            ORDER BY random() LIMIT \(Int.random(in: 1...5)) FOR UPDATE SKIP LOCKED
            """
        let target = "WHERE tenant_id = $1 AND id IN (\(some))"
        switch Int.random(in: 0..<10) {
        case 0..<4:
            let rows = try connection.rows(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, status, description)
                SELECT $1, 1 + n % \(CountedAgents.users), 'ägent ' || n,
                    (ARRAY['research', 'custom', 'workflow'])[1 + floor(random() * 3)::integer],
                    (ARRAY['draft', 'active', 'paused'])[1 + floor(random() * 3)::integer],
                    repeat('x', floor(random() * 50)::integer)
                FROM generate_series(1, \(Int.random(in: 1...4))) AS n RETURNING id
                """, [tenant])
            created += Int64(rows.count)
        case 4:
            _ = try connection.rows("UPDATE agents SET status = 'archived' \(target)", [tenant])
        case 5:
            _ = try connection.rows(
                "UPDATE agents SET agent_type = 'data_analysis', status = 'draft' \(target)", [tenant])
        case 6:
            _ = try connection.rows(
                """
                UPDATE agents SET name = name || 'é', system_prompt = repeat('p', floor(random() * 90)::integer),
                    config = '{"a": 1}' \(target)
                """, [tenant])
        case 7:
            let rows = try connection.rows(
                "UPDATE agents SET is_active = false, delete_time = now() \(target) AND is_active RETURNING id",
                [tenant])
            deleted += Int64(rows.count)
        case 8:
            _ = try connection.rows("UPDATE agents SET is_active = true, delete_time = NULL \(target)", [tenant])
        default:
            _ = try connection.rows("DELETE FROM agents \(target)", [tenant])
        }
    }
}
