import Testing

internal import Postgres
internal import Storage
internal import TestSupport

/// What the purge removes, and what nothing may remove.
@Suite("The purge", .timeLimit(.minutes(3)))
struct PurgeTests {
    @Test("Audit events go when they are older than their own tenant keeps them, and no sooner")
    func retention() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            try database.execute(
                """
                UPDATE tenants SET settings = '{"audit_retention_days": "40"}' WHERE id = '\(tenants.acme.id)';
                TRUNCATE audit_events;
                """)
            for tenant in [tenants.acme, tenants.globex] {
                try Self.addEvents(
                    database, tenant.id, hours: [0, 25, 40 * 24 - 1, 40 * 24 + 1, 365 * 24 - 1, 365 * 24 + 1])
            }
            let removed = try await database.run(PurgeAuditEventsStatement())
            #expect(removed == 4)
            #expect(try Self.hours(database, tenants.acme.id) == [0, 25, 40 * 24 - 1])
            #expect(try Self.hours(database, tenants.globex.id) == [0, 25, 40 * 24 - 1, 40 * 24 + 1, 365 * 24 - 1])
        }
    }

    @Test("A batch is bounded, and the next one goes on where it ended")
    func batches() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            for table in ["audit_events", "request_ids", "tenant_calls"] { try database.execute("TRUNCATE \(table)") }
            try database.execute(
                """
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, create_time)
                SELECT t.id, t.id, 1, 'Test', now() - interval '3 years' FROM tenants AS t, generate_series(1, 700);
                INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response, create_time)
                SELECT t.id, 1, gen_random_uuid(), 'Test', '', '{}', now() - interval '25 hours'
                FROM tenants AS t, generate_series(1, 700);
                INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
                SELECT t.id, now() - interval '25 hours' - n * interval '5 minutes', 1, 0, 1
                FROM tenants AS t, generate_series(1, 700) AS n;
                """)
            func expectTwoBatches(_ statement: some PurgeStatement) async throws {
                var counts: [Int] = []
                for _ in 0..<3 { counts.append(try await database.run(statement)) }
                #expect(counts == [PurgeBatch.rows, 1_400 - PurgeBatch.rows, 0])
            }
            try await expectTwoBatches(PurgeAuditEventsStatement())
            try await expectTwoBatches(PurgeRequestIDsStatement())
            try await expectTwoBatches(PurgeTenantCallsStatement())
        }
    }

    @Test("Answers are kept for 24 hours, and counts of calls for 25")
    func younger() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            try database.execute(
                """
                UPDATE request_ids SET create_time = now() - interval '23 hours 59 minutes';
                TRUNCATE tenant_calls;
                INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
                SELECT id, now() - interval '24 hours 59 minutes', 1, 0, 1 FROM tenants;
                """)
            let removed = [
                try await database.run(PurgeRequestIDsStatement()), try await database.run(PurgeTenantCallsStatement()),
            ]
            #expect(removed == [0, 0])
        }
    }

    /// What a setting may hold when somebody wrote it into the table.
    private static let settings = [
        "0", "1", "29", "-5", "-2147483648", "2147483647", "99999999999", "1e9", "", " ", "seven", "0x7", "1.5",
    ]

    @Test("Nothing younger than 30 days ever goes, whatever the setting says", arguments: settings)
    func youngEvents(setting: String) async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            _ = try database.rows(
                """
                UPDATE tenants SET settings = jsonb_build_object('audit_retention_days', $1::text) WHERE id = $2::uuid
                """,
                [setting, tenants.acme.id])
            try database.execute("TRUNCATE audit_events")
            try Self.addEvents(database, tenants.acme.id, hours: [0, 23, 30 * 24 - 1])
            try Self.addEvents(database, tenants.globex.id, hours: [0, 366 * 24])
            // A wrong setting of one tenant does not keep those of another from going.
            let removed = try await database.run(PurgeAuditEventsStatement())
            #expect(removed == 1)
            #expect(try Self.hours(database, tenants.acme.id) == [0, 23, 30 * 24 - 1])
            #expect(try Self.hours(database, tenants.globex.id) == [0])
            // Nor does it help to say that the work is the tenant's own.
            _ = try database.rows(as: "agentd_platform", tenant: tenants.acme.id, "SELECT purge_audit_events(1000)")
            #expect(try Self.hours(database, tenants.acme.id) == [0, 23, 30 * 24 - 1])
        }
    }

    @Test("A deleted tenant's events go as those of every other")
    func deletedTenant() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            try database.execute(
                """
                UPDATE tenants SET state = 'deleted', delete_time = now() WHERE id = '\(tenants.acme.id)';
                TRUNCATE audit_events;
                """)
            try Self.addEvents(database, tenants.acme.id, hours: [0, 364 * 24, 366 * 24])
            let removed = try await database.run(PurgeAuditEventsStatement())
            #expect(removed == 1)
        }
    }

    @Test("Only agentd_platform may call for it")
    func rights() async throws {
        try await TwoTenants.with { tenants in
            let database = tenants.database
            for tenant in [tenants.acme.id, nil] {
                expectRefusal("42501") {
                    _ = try database.rows(as: "agentd_app", tenant: tenant, "SELECT purge_audit_events(1)")
                }
            }
            for table in ["request_ids", "tenant_calls"] {
                expectRefusal("42501") {
                    _ = try database.rows(as: "agentd_app", tenant: tenants.acme.id, "DELETE FROM \(table)")
                }
            }
        }
    }

    /// Events that are so many hours old.
    private static func addEvents(_ database: TestDatabase, _ tenant: String, hours: [Int]) throws {
        for age in hours {
            _ = try database.rows(
                """
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, create_time)
                VALUES ($1, $1, 1, 'Test', now() - make_interval(hours => $2::integer))
                """, [tenant, String(age)])
        }
    }

    /// The ages of the events of a tenant.
    private static func hours(_ database: TestDatabase, _ tenant: String) throws -> [Int] {
        try database.rows(
            """
            SELECT round(extract(epoch FROM now() - create_time) / 3600)::integer FROM audit_events
            WHERE tenant_id = $1::uuid ORDER BY create_time DESC
            """, [tenant]
        ).compactMap { $0[0].flatMap { Int($0) } }
    }
}
