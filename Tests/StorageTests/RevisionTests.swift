import Testing

internal import Postgres
internal import TestSupport

@Suite("update_time, create_time and revision", .timeLimit(.minutes(2)))
struct RevisionTests {
    /// Tables with a revision, and a change to each that a statement may make.
    private static let changes = [
        ("tenants", "display_name = display_name || '!'"), ("users", "display_name = display_name || '!'"),
        ("agents", "name = name || '!'"),
    ]

    @Test("A new row has revision 1 and was updated when it was created, whatever the statement says")
    func insert() async throws {
        try await TwoTenants.with { tenants in
            let acme = tenants.acme
            let rows = try tenants.database.rows(
                tenant: acme.id,
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, update_time, revision)
                VALUES ($1, $2, 'forged', 'research', '2001-01-01', 77) RETURNING revision, update_time = create_time
                """, [acme.id, acme.userID])
            #expect(rows == [["1", "t"]])
        }
    }

    @Test("A change cannot set them", arguments: changes)
    func update(table: String, change: String) async throws {
        try await TwoTenants.with { tenants in
            let forged = try tenants.database.rows(
                """
                UPDATE \(table) SET \(change), revision = 77, update_time = '2001-01-01', create_time = '2001-01-01'
                RETURNING revision, update_time >= create_time, create_time > now() - interval '1 hour'
                """)
            #expect(forged == [["2", "t", "t"], ["2", "t", "t"]])
        }
    }

    @Test("Each change makes both greater, also two within one transaction", arguments: changes)
    func increase(table: String, change: String) async throws {
        try await TwoTenants.with { tenants in
            try tenants.database.execute("CREATE TABLE seen (revision bigint, update_time timestamptz)")
            let step = """
                WITH changed AS (UPDATE \(table) SET \(change) RETURNING *)
                INSERT INTO seen SELECT revision, update_time FROM changed LIMIT 1;
                """
            try tenants.database.execute(String(repeating: step, count: 3))
            try tenants.database.execute(step)
            let seen = try tenants.database.rows(
                "SELECT revision, update_time > lag(update_time) OVER (ORDER BY revision) FROM seen ORDER BY revision")
            #expect(seen == [["2", nil], ["3", "t"], ["4", "t"], ["5", "t"]])
        }
    }

    @Test("update_time increases also when the clock went back")
    func clockWentBack() async throws {
        try await TwoTenants.with { tenants in
            try tenants.database.execute(
                """
                ALTER TABLE agents DISABLE TRIGGER keep_revision;
                UPDATE agents SET update_time = '2200-01-01';
                ALTER TABLE agents ENABLE TRIGGER keep_revision;
                """)
            let later = try tenants.database.rows(
                "UPDATE agents SET name = 'later' RETURNING update_time > '2200-01-01', update_time < '2200-01-02'")
            #expect(later == [["t", "t"], ["t", "t"]])
        }
    }

    @Test(
        "agentd_app may not even name the columns that a row keeps for ever",
        arguments: ["tenant_id", "id", "owner_id", "create_time", "update_time", "revision"])
    func fixedColumns(column: String) async throws {
        try await TwoTenants.with { tenants in
            expectRefusal("42501") {
                _ = try tenants.database.rows(
                    tenant: tenants.acme.id, "UPDATE agents SET \(column) = \(column) WHERE tenant_id = $1",
                    [tenants.acme.id])
            }
        }
    }
}
