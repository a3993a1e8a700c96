internal import AgentdCore
internal import Messages
internal import TestSupport

/// Two tenants whose users and agents have the same numbers, which nothing but the tenant tells apart: a statement that
/// forgets the tenant finds the other's row as well as its own.
struct TwinTenants: Sendable {
    struct Twin: Sendable {
        let team: TenantTeam
        /// Of the member: one that others may view, one that they may not, and one that is deleted.
        let agents: [AgentMessage]
        /// Of the member's key: what it was issued for first, and what it is to be issued for again.
        let requestID: String
    }

    let first: Twin
    let second: Twin

    static func make(_ world: World) async throws -> TwinTenants {
        let requestID = UUIDValue.random().description
        let first = try await twin("first", requestID: requestID, in: world)
        try world.database.execute(
            """
            ALTER TABLE users ALTER COLUMN id RESTART WITH \(first.team.administrator.id);
            ALTER TABLE agents ALTER COLUMN id RESTART WITH \(first.agents[0].id);
            """)
        return TwinTenants(first: first, second: try await twin("second", requestID: requestID, in: world))
    }

    private static func twin(_ name: String, requestID: String, in world: World) async throws -> Twin {
        let team = try await world.speakAsSystemAdministrator { root in
            try await TenantTeam.make(name, features: Features.names, by: root)
        }
        let agents = try await world.speak(as: team.member) { member in
            var agents: [AgentMessage] = []
            // The same request id, and the same bytes, from a user of the same number.
            agents.append(try await member.createAgent("public", isPublic: true, requestID: requestID))
            agents.append(try await member.createAgent("private"))
            let deleted = try await member.createAgent("deleted")
            agents.append(
                try await member.call("AgentService/DeleteAgent", DeleteAgentRequest(id: deleted.id)))
            return agents
        }
        return Twin(team: team, agents: agents, requestID: requestID)
    }
}

extension World {
    /// Every row of a tenant, by table, as text; without what agentd adds up by itself.
    func rows(of tenantID: String) throws -> [String: [[String?]]] {
        let tables = ["users", "agents", "tokens", "audit_events", "request_ids"]
        var rows = [
            "tenants": try database.rows("SELECT row_to_json(t) FROM tenants AS t WHERE id = $1::uuid", [tenantID])
        ]
        for table in tables {
            rows[table] = try database.rows(
                "SELECT row_to_json(t)::text FROM \(table) AS t WHERE tenant_id = $1::uuid ORDER BY 1", [tenantID])
        }
        return rows
    }
}
