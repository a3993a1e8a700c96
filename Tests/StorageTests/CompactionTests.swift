import Testing

internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

@Suite("Compaction of the counts of agents", .timeLimit(.minutes(3)))
struct CompactionTests {
    /// Leaves so many differences for each tenant, each of a creation of its own.
    private static func leave(_ count: Int, in agents: CountedAgents) throws {
        try agents.database.execute(
            """
            DO $$
            BEGIN
                FOR n IN 1..\(count) LOOP
                    INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                    SELECT id, 1 + n % \(CountedAgents.users), 'agent ' || n, 'research'
                    FROM tenants WHERE slug = 'one';
                    INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                    SELECT id, 1 + n % \(CountedAgents.users), 'agent ' || n, 'research'
                    FROM tenants WHERE slug = 'two';
                END LOOP;
            END $$
            """)
    }

    @Test("A batch is bounded; what is left is for the next one")
    func batches() async throws {
        try await CountedAgents.with { agents in
            try Self.leave(700, in: agents)
            var batches: [Int] = []
            for _ in 0..<3 { batches.append(try await agents.compact()) }
            #expect(
                batches == [CompactAgentCountsStatement.batchSize, 1_400 - CompactAgentCountsStatement.batchSize, 0])
            #expect(try agents.contradictions() == [])
        }
    }

    @Test("A batch goes on where the last one ended, and from the beginning all that is left is found")
    func places() async throws {
        try await CountedAgents.with { agents in
            try Self.leave(700, in: agents)
            let size = CompactAgentCountsStatement.batchSize
            let first = try await agents.database.run(CompactAgentCountsStatement(startPage: 0))
            #expect(first.taken == size)
            // Pages that are empty now are used again.
            try agents.database.execute("VACUUM agent_count_deltas")
            try Self.leave(10, in: agents)
            let second = try await agents.database.run(CompactAgentCountsStatement(startPage: first.endPage))
            #expect(second.taken == 1_400 - size)
            let third = try await agents.database.run(CompactAgentCountsStatement(startPage: second.endPage))
            #expect(third.taken == 0 && third.endPage == second.endPage)
            #expect(try await agents.compact() == 20)
            #expect(try agents.contradictions() == [])
        }
    }

    @Test("Several at once take each difference once")
    func several() async throws {
        try await CountedAgents.with { agents in
            try Self.leave(3_000, in: agents)
            let taken = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        var taken = 0
                        while try agents.number("SELECT count(*) FROM agent_count_deltas") > 0 {
                            taken += try await agents.compact()
                        }
                        return taken
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(taken == 6_000)
            #expect(try agents.contradictions() == [])
            #expect(try agents.number("SELECT sum(agents) FROM agent_counts WHERE dimension = 'status'") == 6_000)
        }
    }

    @Test("One that is killed in the middle has done nothing, and is made good by itself")
    func killed() async throws {
        try await CountedAgents.with { agents in
            try Self.leave(10, in: agents)
            try await agents.compactAll()
            try Self.leave(10, in: agents)
            let blocker = try ScriptConnection(conninfo: agents.database.owner)
            try blocker.execute("BEGIN; SELECT FROM agent_counts FOR UPDATE")
            let compaction = Task { try await agents.compact() }
            let waiting = """
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND usename = 'agentd_platform' AND wait_event_type = 'Lock'
                """
            try await waitUntil { try agents.database.rows(waiting).count == 1 }
            // Meanwhile another one does not wait: it has nothing to do.
            #expect(try await agents.compact() == 0)
            try agents.database.execute("SELECT pg_terminate_backend(pid) FROM (\(waiting)) AS waiting")
            try blocker.execute("ROLLBACK")
            #expect(try await compaction.value == 20)
            #expect(try agents.contradictions() == [])
            #expect(try agents.number("SELECT sum(agents) FROM agent_counts WHERE dimension = 'status'") == 40)
        }
    }

    @Test("Days that are not shown any more go, those of a tenant that is quiet when it changes something")
    func days() async throws {
        try await CountedAgents.with { agents in
            try agents.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type, create_time)
                SELECT t.id, 1, 'agent', 'research', now() - make_interval(days => n)
                FROM tenants AS t, generate_series(0, 40) AS n;
                INSERT INTO agent_counts (tenant_id, dimension, key, agents, bytes)
                SELECT id, d, '2020-01-01', 1, 0 FROM tenants, unnest('{created,deleted,type}'::text[]) AS d;
                """)
            try await agents.compactAll()
            let created = "SELECT count(*) FROM agent_counts WHERE dimension = 'created'"
            #expect(try agents.number(created) == 2 * 31)
            #expect(try agents.number("SELECT count(*) FROM agent_counts WHERE key = '2020-01-01'") == 2)
            let days = try #require(try await agents.stats(agents.tenantIDs[0]).breakdowns?.byDay)
            #expect(days.count == 30 && days.allSatisfy { $0.created == 1 && $0.deleted == 0 })
            #expect(days.map(\.date) == days.map(\.date).sorted(by: >))
        }
    }

    @Test("A tenant that somebody removed by hand keeps nobody else's counts from going on")
    func removedTenant() async throws {
        try await CountedAgents.with { agents in
            try Self.leave(5, in: agents)
            let gone = agents.tenantIDs[1]
            try agents.database.execute(
                """
                DELETE FROM agents WHERE tenant_id = '\(gone)';
                DELETE FROM users WHERE tenant_id = '\(gone)';
                DELETE FROM tenants WHERE id = '\(gone)';
                """)
            try await agents.compactAll()
            #expect(try agents.number("SELECT count(*) FROM agent_count_deltas") == 0)
            #expect(try agents.contradictions() == [])
            #expect(try agents.number("SELECT sum(agents) FROM agent_counts WHERE dimension = 'status'") == 5)
        }
    }
}
