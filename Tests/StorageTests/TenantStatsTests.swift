import Testing

internal import AgentdCore
internal import Foundation
internal import Postgres
internal import Storage
internal import TestSupport

@Suite("Statistics of a tenant", .timeLimit(.minutes(2)))
struct TenantStatsTests {
    @Test("A new tenant has nothing, and its breakdowns are there only when they are asked for")
    func empty() async throws {
        try await CountedAgents.with { agents in
            let tenant = agents.tenantIDs[0]
            let stats = try await agents.stats(tenant)
            var expected = TenantStats(tenantID: stats.tenantID)
            expected.readTime = stats.readTime
            expected.users.total = Int64(CountedAgents.users)
            expected.users.active = Int64(CountedAgents.users)
            expected.breakdowns = TenantStats.Breakdowns()
            #expect(stats == expected && stats.tenantID.description == tenant)
            #expect(abs(Date().timeIntervalSince1970 - Double(stats.readTime.microseconds) / 1_000_000) < 60)
            let basic = try await agents.database.run(
                TenantStatsStatement(includesBreakdowns: false), as: agents.caller(tenant))
            #expect(basic.breakdowns == nil)
        }
    }

    @Test("Users and keys are counted by what they may do")
    func usersAndTokens() async throws {
        try await CountedAgents.with { agents in
            try agents.database.execute(
                """
                DELETE FROM users WHERE tenant_id = '\(agents.tenantIDs[0])';
                INSERT INTO users (tenant_id, id, email, role, is_active, delete_time)
                SELECT '\(agents.tenantIDs[0])', n, n || '@example.com', role, is_active, delete_time::timestamptz
                FROM (VALUES (1, 'member', true, NULL), (2, 'tenant_admin', true, NULL),
                    (3, 'tenant_admin', true, NULL), (4, 'tenant_admin', false, NULL), (5, 'system_admin', true, NULL),
                    (6, 'member', false, 'now'), (7, 'tenant_admin', true, 'now')
                ) AS u (n, role, is_active, delete_time);
                INSERT INTO tokens (tenant_id, id, user_id, secret_digest, expire_time, revoke_time)
                SELECT '\(agents.tenantIDs[0])', u.id || ' ' || k.n, u.id, sha256('x'), k.expire_time, k.revoke_time
                FROM users AS u, (VALUES (1, NULL::timestamptz, NULL::timestamptz), (2, now() + interval '1 day', NULL),
                    (3, now() - interval '1 day', NULL), (4, now() - interval '1 day', now()), (5, NULL, now())
                ) AS k (n, expire_time, revoke_time)
                WHERE u.tenant_id = '\(agents.tenantIDs[0])';
                """)
            let stats = try await agents.stats(agents.tenantIDs[0])
            var users = TenantStats.Users()
            users.total = 5
            users.active = 4
            users.administrators = 2
            users.deleted = 2
            #expect(stats.users == users)
            var tokens = TenantStats.Tokens()
            tokens.valid = 2 * 4
            tokens.expired = 7
            tokens.revoked = 2 * 7
            #expect(stats.tokens == tokens)
            #expect(try await agents.stats(agents.tenantIDs[1]).tokens == TenantStats.Tokens())
        }
    }

    @Test("Breakdowns have the names of the schema, the hundred owners with the most agents, and no deleted agents")
    func breakdowns() async throws {
        try await CountedAgents.with { agents in
            let tenant = agents.tenantIDs[0]
            try agents.database.execute(
                """
                INSERT INTO users (tenant_id, id, email)
                SELECT '\(tenant)', n, 'v' || n || '@example.com' FROM generate_series(100, 219) AS n;
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, status)
                SELECT '\(tenant)', u, 'a', CASE u % 2 WHEN 0 THEN 'research' ELSE 'custom' END,
                    CASE u % 3 WHEN 0 THEN 'draft' ELSE 'active' END
                FROM generate_series(100, 219) AS u, generate_series(1, 1 + (u - 100) / 2);
                UPDATE agents SET is_active = false, delete_time = now() WHERE owner_id = 219;
                """)
            for _ in 0..<2 {
                let stats = try await agents.stats(tenant)
                let breakdowns = try #require(stats.breakdowns)
                #expect(breakdowns.byType.map(\.key) == ["AGENT_TYPE_RESEARCH", "AGENT_TYPE_CUSTOM"])
                #expect(breakdowns.byStatus.map(\.key) == ["AGENT_STATUS_DRAFT", "AGENT_STATUS_ACTIVE"])
                #expect(breakdowns.byStatus.map(\.agents) == [stats.agents.draft, stats.agents.active])
                for parts in [breakdowns.byType, breakdowns.byStatus] {
                    #expect(parts.reduce(0) { $0 + $1.agents } == stats.agents.total)
                    // Each has a name of one byte and a configuration of two.
                    #expect(parts.allSatisfy { $0.storageBytes == 3 * $0.agents })
                }
                #expect(stats.agents.deleted == 60 && stats.storageBytes == 3 * (stats.agents.total + 60))
                let owners = (100..<219).sorted { ($1 / 2, $0) < ($0 / 2, $1) }
                #expect(breakdowns.byOwner.map(\.key) == owners.prefix(100).map { "\($0)" })
                #expect(breakdowns.byOwner.first?.agents == 60)
                #expect(breakdowns.byDay.map(\.created) == [stats.agents.total + 60])
                #expect(breakdowns.byDay.map(\.deleted) == [60])
                try await agents.compactAll()
            }
        }
    }

    @Test("Calls of the last hour and day are those whose five minutes began in it")
    func calls() async throws {
        try await CountedAgents.with { agents in
            try agents.database.execute(
                """
                INSERT INTO tenant_calls (tenant_id, start_time, calls, errors, latency_microseconds)
                SELECT t.id, now() - n.age, n.calls, 1, 10 * n.calls FROM tenants AS t, (VALUES
                    (interval '1 minute', 1), ('59 minutes', 10), ('61 minutes', 100), ('23 hours 59 minutes', 1000),
                    ('24 hours 1 minute', 10000)) AS n (age, calls)
                WHERE t.slug = 'one'
                """)
            let stats = try await agents.stats(agents.tenantIDs[0])
            #expect(stats.lastHour == TenantStats.Calls.of(11, errors: 2, microseconds: 110))
            #expect(stats.lastDay == TenantStats.Calls.of(1_111, errors: 4, microseconds: 11_110))
            #expect(try await agents.stats(agents.tenantIDs[1]).lastDay == TenantStats.Calls())
        }
    }

    @Test("Calls that several replicas count at once add up, and a tenant that is gone is left out")
    func addedCalls() async throws {
        try await CountedAgents.with { agents in
            let ids = try agents.tenantIDs.map { TenantID(try #require(UUIDValue($0))) }
            let nobody = TenantID(UUIDValue(high: 1, low: 1))
            let counts = [
                ids[0]: TenantStats.Calls.of(3, errors: 1, microseconds: 30),
                ids[1]: TenantStats.Calls.of(5, errors: 0, microseconds: 7), nobody: .of(1, errors: 0, microseconds: 1),
            ]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<5 { try await agents.database.run(AddTenantCallsStatement(counts)) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await agents.stats(agents.tenantIDs[0]).lastHour == .of(60, errors: 20, microseconds: 600))
            #expect(try await agents.stats(agents.tenantIDs[1]).lastHour == .of(100, errors: 0, microseconds: 140))
            let starts = try agents.database.rows(
                "SELECT DISTINCT extract(epoch FROM start_time)::bigint % 300 FROM tenant_calls")
            #expect(starts == [["0"]])
        }
    }
}

extension TenantStats.Calls {
    fileprivate static func of(_ calls: Int64, errors: Int64, microseconds: Int64) -> TenantStats.Calls {
        var counts = TenantStats.Calls()
        counts.calls = calls
        counts.errors = errors
        counts.latencyMicroseconds = microseconds
        return counts
    }
}
