import Testing

internal import Postgres
internal import TestSupport

@Suite("Row-level security", .timeLimit(.minutes(2)))
struct RowLevelSecurityTests {
    @Test("Every table that holds rows of tenants is tested here")
    func tables() async throws {
        try await TestDatabase.with { database in
            let found = try database.rows(
                """
                SELECT c.relname FROM pg_class AS c
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
                    AND c.relname NOT IN ('schema_migrations', 'platform_keys')
                """)
            #expect(Set(found.compactMap { $0[0] }) == Set(TwoTenants.tables))
        }
    }

    @Test("Without a tenant agentd_app sees no row", arguments: TwoTenants.tables)
    func withoutTenant(table: String) async throws {
        try await TwoTenants.with { tenants in
            try #expect(tenants.database.rows("SELECT count(*) FROM \(table)") == [["2"]])
            try #expect(tenants.database.rows(tenant: nil, "SELECT * FROM \(table)") == [])
        }
    }

    @Test("With a tenant agentd_app sees that tenant's rows alone", arguments: TwoTenants.tables)
    func withTenant(table: String) async throws {
        try await TwoTenants.with { tenants in
            let column = table == "tenants" ? "id" : "tenant_id"
            for tenant in [tenants.acme, tenants.globex] {
                let seen = try tenants.database.rows(tenant: tenant.id, "SELECT \(column) FROM \(table)")
                #expect(seen == [[tenant.id]])
            }
        }
    }

    /// A row for the tenant $1 and its user $2.
    private static let insertions = [
        "INSERT INTO users (tenant_id, email) SELECT $1::uuid, 'new@example.com' WHERE $2::bigint IS NOT NULL",
        "INSERT INTO agents (tenant_id, owner_id, name, agent_type) VALUES ($1, $2, 'new', 'research')",
        """
        INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
        VALUES ($1, 'new', $2, decode(repeat('00', 32), 'hex'))
        """,
        """
        INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action) VALUES ($1, $1, $2, 'Test')
        """,
        """
        INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response)
        VALUES ($1, $2, gen_random_uuid(), 'Test', '', '{}')
        """,
        "INSERT INTO isolation_canary (tenant_id, id) SELECT $1::uuid, $2::integer + 100",
        """
        INSERT INTO agent_count_deltas (tenant_id, owner_id, agent_type, status, day, agents, bytes, created, deleted)
        VALUES ($1, $2, 'research', 'draft', current_date, 1, 1, 1, 0)
        """,
    ]

    @Test("A row for another tenant is refused, and the same row for one's own is not", arguments: insertions)
    func writing(insertion: String) async throws {
        try await TwoTenants.with { tenants in
            let (acme, globex) = (tenants.acme, tenants.globex)
            let message = expectRefusal("42501") {
                _ = try tenants.database.rows(tenant: acme.id, insertion, [globex.id, globex.userID])
            }
            #expect(message.contains("row-level security"))
            expectRefusal("42501") {
                _ = try tenants.database.rows(tenant: nil, insertion, [globex.id, globex.userID])
            }
            #expect(throws: Never.self) {
                try tenants.database.rows(tenant: acme.id, insertion, [acme.id, acme.userID])
            }
        }
    }

    @Test("A change to another tenant's row finds no row")
    func changing() async throws {
        try await TwoTenants.with { tenants in
            let changed = try tenants.database.rows(
                tenant: tenants.acme.id, "UPDATE agents SET name = 'taken' WHERE tenant_id = $1 RETURNING id",
                [tenants.globex.id])
            #expect(changed == [])
            #expect(try tenants.database.rows("SELECT DISTINCT name FROM agents") == [["agent"]])
        }
    }

    @Test("After a transaction the tenant is gone, and the connection sees no row")
    func afterTransaction() async throws {
        try await TwoTenants.with { tenants in
            let connection = try ScriptConnection(conninfo: tenants.database.application)
            try connection.execute("BEGIN; SET LOCAL app.current_tenant_id = '\(tenants.acme.id)'")
            let during = try connection.rows("SELECT count(*) FROM agents")
            try connection.execute("COMMIT")
            let setting = try connection.rows("SELECT current_setting('app.current_tenant_id', true)")
            let after = try connection.rows("SELECT count(*) FROM agents")
            #expect(during == [["1"]])
            #expect(setting == [[""]])
            #expect(after == [["0"]])
        }
    }

    @Test("Nobody changes the audit trail", arguments: ["agentd_app", "agentd_platform"])
    func auditTrail(role: String) async throws {
        try await TwoTenants.with { tenants in
            for change in [
                "UPDATE audit_events SET action = 'other'", "DELETE FROM audit_events", "TRUNCATE audit_events",
            ] {
                expectRefusal("42501") {
                    _ = try tenants.database.rows(as: role, tenant: tenants.acme.id, change)
                }
            }
        }
    }

    @Test("agentd_platform never sees an agent")
    func platform() async throws {
        try await TwoTenants.with { tenants in
            expectRefusal("42501") {
                _ = try tenants.database.rows(as: "agentd_platform", tenant: tenants.acme.id, "SELECT id FROM agents")
            }
        }
    }

    @Test("The secrets of the platform are closed to agentd_app")
    func platformKeys() async throws {
        try await TwoTenants.with { tenants in
            expectRefusal("42501") {
                _ = try tenants.database.rows(tenant: tenants.acme.id, "SELECT key FROM platform_keys")
            }
        }
    }
}
