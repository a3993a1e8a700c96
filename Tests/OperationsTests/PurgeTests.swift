import Testing

internal import AgentdCore
internal import Logging
internal import Postgres
internal import Storage
internal import TestSupport

@testable internal import Operations

@Suite("A round of the purge", .timeLimit(.minutes(2)))
struct PurgeTests {
    @Test("It removes what is too old, batch by batch, of every kind")
    func round() async throws {
        try await Self.withOldRows(count: 2_500) { database in
            try await Self.purge(
                [PurgeRequestIDsStatement(), PurgeTenantCallsStatement(), PurgeAuditEventsStatement()], database)
            #expect(try Self.rows(database) == ["0", "0", "0"])
        }
    }

    @Test("What fails keeps no other kind of rows from going")
    func failure() async throws {
        try await Self.withOldRows(count: 10) { database in
            try database.execute("REVOKE DELETE ON request_ids FROM agentd_platform")
            try await Self.purge([PurgeRequestIDsStatement(), PurgeAuditEventsStatement()], database)
            #expect(try Self.rows(database) == ["10", "10", "0"])
        }
    }

    private static func purge(_ statements: [any PurgeStatement], _ database: TestDatabase) async throws {
        try await TestLoop.with { loop in
            var configuration = PostgresPool.Configuration(conninfo: database.platform)
            configuration.connections = 1
            try await loop.withPool(configuration) { pool in
                let work = PlatformWork(
                    database: Database(tenantPool: pool, platformPool: pool), executor: loop.executor,
                    uptimeNanoseconds: { .max / 2 })
                let logger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
                await Purge(statements, work: work, logger: logger).round()
            }
        }
    }

    /// How many request ids, counts of calls and audit events there are.
    private static func rows(_ database: TestDatabase) throws -> [String?] {
        try database.rows(
            """
            SELECT (SELECT count(*) FROM request_ids), (SELECT count(*) FROM tenant_calls),
                (SELECT count(*) FROM audit_events)
            """)[0]
    }

    private static func withOldRows(count: Int, _ body: (TestDatabase) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            try database.execute(
                """
                INSERT INTO tenants (slug, display_name) VALUES ('acme', '');
                INSERT INTO audit_events (tenant_id, actor_tenant_id, actor_user_id, action, create_time)
                SELECT t.id, t.id, 1, 'Test', now() - interval '3 years'
                FROM tenants AS t, generate_series(1, \(count));
                INSERT INTO request_ids (tenant_id, user_id, request_id, method, payload_digest, response, create_time)
                SELECT t.id, 1, gen_random_uuid(), 'Test', '', '{}', now() - interval '25 hours'
                FROM tenants AS t, generate_series(1, \(count));
                INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
                SELECT t.id, now() - interval '25 hours' - n * interval '5 minutes', 1, 0, 1
                FROM tenants AS t, generate_series(1, \(count)) AS n;
                """)
            try await body(database)
        }
    }
}
