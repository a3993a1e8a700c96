internal import Postgres
internal import TestSupport

/// A database in which two tenants have a row in every table.
struct TwoTenants: Sendable {
    struct Tenant: Sendable {
        let id: String
        let userID: String
        let agentID: String
    }

    /// Every table that holds rows of tenants.
    static let tables = [
        "tenants", "users", "agents", "tokens", "audit_events", "request_ids", "isolation_canary", "agent_counts",
        "agent_count_deltas", "tenant_calls",
    ]

    let database: TestDatabase
    let acme: Tenant
    let globex: Tenant

    static func with(_ body: (TwoTenants) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let tenants = TwoTenants(
                database: database, acme: try fill(database, "acme"), globex: try fill(database, "globex"))
            try await body(tenants)
        }
    }

    private static func fill(_ database: TestDatabase, _ slug: String) throws -> Tenant {
        func returned(_ sql: String, _ parameters: [String?]) throws -> String {
            guard let value = try database.rows(sql, parameters).first?.first ?? nil else { throw Missing() }
            return value
        }
        let id = try returned("INSERT INTO tenants (slug, display_name) VALUES ($1, $1) RETURNING id", [slug])
        let user = try returned(
            "INSERT INTO users (tenant_id, email) VALUES ($1, $2 || '@example.com') RETURNING id", [id, slug])
        let agent = try returned(
            """
            INSERT INTO agents (tenant_id, owner_id, name, agent_type, is_public)
            VALUES ($1, $2, 'agent', 'research', true)
            RETURNING id
            """, [id, user])
        try database.execute(
            """
            INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
            VALUES ('\(id)', '\(slug)', \(user), decode(repeat('00', 32), 'hex'));
            INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action)
            VALUES ('\(id)', '\(id)', \(user), 'Test');
            INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response)
            VALUES ('\(id)', \(user), gen_random_uuid(), 'Test', '', '{}');
            INSERT INTO isolation_canary (tenant_id, id) VALUES ('\(id)', 1);
            -- A trigger has counted the agent in agent_count_deltas.
            INSERT INTO agent_counts (tenant_id, dimension, key, agents, bytes)
            VALUES ('\(id)', 'status', 'draft', 1, 7);
            INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
            VALUES ('\(id)', now(), 1, 0, 1);
            """)
        return Tenant(id: id, userID: user, agentID: agent)
    }

    private struct Missing: Error {}
}

extension TestDatabase {
    /// Runs a statement as a role, in a transaction of a tenant, which is kept.
    /// - Parameters:
    ///   - user: By default `agentd_app`.
    ///   - tenant: Its id, or nil to set no tenant.
    func rows(
        as user: String = "agentd_app", tenant: String?, _ sql: String, _ parameters: [String?] = []
    ) throws(ScriptConnection.Failure) -> [[String?]] {
        let connection = try ScriptConnection(conninfo: conninfo(user: user), applicationName: "tests")
        try connection.execute("BEGIN")
        if let tenant { _ = try connection.rows("SELECT set_config('app.current_tenant_id', $1, true)", [tenant]) }
        let rows = try connection.rows(sql, parameters)
        try connection.execute("COMMIT")
        return rows
    }
}
