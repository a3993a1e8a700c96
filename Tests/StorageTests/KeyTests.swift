import Testing

internal import Postgres
internal import TestSupport

@Suite("Keys and indexes", .timeLimit(.minutes(2)))
struct KeyTests {
    @Test("A row that points at another tenant's user is refused like one that points at nobody")
    func foreignOwner() async throws {
        try await TwoTenants.with { tenants in
            let insert = """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type) VALUES ($1, $2, 'stray', 'research')
                """
            func refusal(owner: String) -> String {
                expectRefusal("23503") {
                    _ = try tenants.database.rows(tenant: tenants.acme.id, insert, [tenants.acme.id, owner])
                }
            }
            #expect(refusal(owner: tenants.globex.userID) == refusal(owner: "987654321"))
            expectRefusal("23503") {
                _ = try tenants.database.rows(
                    tenant: tenants.acme.id,
                    """
                    INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
                    VALUES ($1, 'stray', $2, decode(repeat('00', 32), 'hex'))
                    """, [tenants.acme.id, tenants.globex.userID])
            }
        }
    }

    @Test("What another tenant uses is free: ids, emails, key ids and request ids")
    func nothingIsTaken() async throws {
        try await TwoTenants.with { tenants in
            let (acme, globex) = (tenants.acme, tenants.globex)
            let copies = [
                "INSERT INTO users (tenant_id, id, email) SELECT $1::uuid, \(globex.userID), 'globex@example.com'",
                """
                INSERT INTO agents (tenant_id, id, owner_id, name, agent_type)
                SELECT $1::uuid, \(globex.agentID), \(acme.userID), 'agent', 'research'
                """,
                """
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest)
                SELECT $1::uuid, 'globex', \(acme.userID), decode(repeat('00', 32), 'hex')
                """,
                """
                INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response)
                SELECT $1::uuid, \(globex.userID), '\(try requestID(of: globex, tenants.database))', 'Test', '', '{}'
                """,
            ]
            for copy in copies {
                #expect(throws: Never.self) { try tenants.database.rows(tenant: acme.id, copy, [acme.id]) }
            }
        }
    }

    private func requestID(of tenant: TwoTenants.Tenant, _ database: TestDatabase) throws -> String {
        let rows = try database.rows("SELECT request_id FROM request_ids WHERE tenant_id = $1", [tenant.id])
        return try #require(rows.first?.first ?? nil)
    }

    @Test("Every primary key, unique key and foreign key of a tenant's table starts with the tenant")
    func keysStartWithTenant() async throws {
        try await TestDatabase.with { database in
            let keys = try database.rows(
                """
                SELECT c.conrelid::regclass, c.conname, a.attname FROM pg_constraint AS c
                    JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                WHERE c.contype IN ('p', 'u', 'f') AND c.connamespace = 'public'::regnamespace
                    AND c.conrelid::regclass::text NOT IN ('tenants', 'schema_migrations', 'platform_keys')
                """)
            #expect(keys.count >= 12)
            #expect(keys.filter { $0[2] != "tenant_id" } == [])
        }
    }

    @Test(
        "The indexes of agents",
        arguments: [
            (["tenant_id", "owner_id"], ""), (["tenant_id", "agent_type"], ""), (["tenant_id", "status"], ""),
            (["tenant_id", "owner_id"], "is_active"), (["tenant_id"], "(is_active AND is_public)"),
        ])
    func indexes(columns: [String], predicate: String) async throws {
        try await TestDatabase.with { database in
            let indexes = try database.rows(
                """
                SELECT array_to_string(ARRAY(
                        SELECT pg_get_indexdef(i.indexrelid, place, false)
                        FROM generate_series(1, i.indnkeyatts) AS place),
                    ' '), coalesce(pg_get_expr(i.indpred, i.indrelid), '')
                FROM pg_index AS i WHERE i.indrelid = 'agents'::regclass
                """)
            #expect(
                indexes.contains { index in
                    index[1] == predicate
                        && index[0]?.split(separator: " ").starts(with: columns.map { $0[...] }) == true
                })
        }
    }
}
