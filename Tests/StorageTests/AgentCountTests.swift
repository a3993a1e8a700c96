import Testing

internal import AgentdCore
internal import Postgres
internal import Storage
internal import TestSupport

/// Whatever happens to agents, their counts are those of a count over all of them.
@Suite("Counts of agents", .timeLimit(.minutes(3)))
struct AgentCountTests {
    @Test("Many connections at once, with compaction meanwhile, leave exact counts in every dimension")
    func mixture() async throws {
        try await CountedAgents.with { agents in
            let isOver = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        while !isOver.isSet { try await agents.compact() }
                    }
                }
                let done = try await inParallel(6) { try AgentMixture.run(agents, changes: 250) }
                isOver.set()
                try await group.waitForAll()
                try await Self.expectExact(agents, done.reduce(into: AgentMixture()) { $0.add($1) })
            }
        }
    }

    /// Expects exact counts before and after the rest is compacted, and the same answer of the statistics.
    private static func expectExact(_ agents: CountedAgents, _ done: AgentMixture) async throws {
        #expect(try agents.contradictions() == [])
        let before = try await agents.tenantIDs.asyncMap { try await agents.stats($0).withoutTime }
        try await agents.compactAll()
        #expect(try agents.number("SELECT count(*) FROM agent_count_deltas") == 0)
        #expect(try agents.contradictions() == [])
        #expect(try agents.number("SELECT count(*) FROM agent_counts WHERE agents = 0 AND bytes = 0") == 0)
        let after = try await agents.tenantIDs.asyncMap { try await agents.stats($0).withoutTime }
        #expect(before == after)
        let days = after.compactMap(\.breakdowns).flatMap(\.byDay)
        #expect(days.reduce(0) { $0 + $1.created } == done.created)
        #expect(days.reduce(0) { $0 + $1.deleted } == done.deleted)
        #expect(done.created > 0 && done.deleted > 0 && done.undone > 0)
    }

    @Test("Who reads while agents change status and compaction runs never sees another number of agents or bytes")
    func oneSnapshot() async throws {
        try await CountedAgents.with { agents in
            let tenant = agents.tenantIDs[0]
            try agents.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                SELECT '\(tenant)', 1 + n % \(CountedAgents.users), 'agent', 'research'
                FROM generate_series(1, 200) AS n
                """)
            let expected = try await agents.stats(tenant)
            #expect(expected.agents.total == 200)
            let isOver = Flag()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !isOver.isSet { try await agents.compact() }
                }
                group.addTask {
                    _ = try await inParallel(2) {
                        let connection = try ScriptConnection(conninfo: agents.database.owner)
                        while !isOver.isSet {
                            let status = AgentStatus.allCases.randomElement()?.databaseName ?? "draft"
                            _ = try connection.rows(
                                """
                                UPDATE agents SET status = $1 WHERE (tenant_id, id) IN (
                                    SELECT tenant_id, id FROM agents WHERE id % 10 = $2::integer FOR UPDATE SKIP LOCKED
                                )
                                """, [status, "\(Int.random(in: 0..<10))"])
                        }
                    }
                }
                defer { isOver.set() }
                for _ in 0..<60 {
                    let stats = try await agents.stats(tenant)
                    #expect(stats.agents.total == 200 && stats.storageBytes == expected.storageBytes)
                    #expect(stats.breakdowns?.byOwner == expected.breakdowns?.byOwner)
                }
                isOver.set()
                try await group.waitForAll()
            }
            #expect(try agents.contradictions() == [])
        }
    }

    @Test("A change that is rolled back counts nothing")
    func rolledBack() async throws {
        try await CountedAgents.with { agents in
            let connection = try ScriptConnection(conninfo: agents.database.owner)
            try connection.execute(
                """
                BEGIN;
                INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                SELECT id, 1, 'agent', 'research' FROM tenants;
                """)
            try await agents.compactAll()
            try connection.execute("ROLLBACK")
            try await agents.compactAll()
            #expect(try agents.number("SELECT count(*) FROM agent_counts") == 0)
            #expect(try agents.contradictions() == [])
        }
    }

    @Test("One statement that changes many agents leaves few differences")
    func fewDifferences() async throws {
        try await CountedAgents.with { agents in
            try agents.database.execute(
                """
                INSERT INTO agents (tenant_id, owner_id, name, agent_type)
                SELECT t.id, 1, 'agent', 'research' FROM tenants AS t, generate_series(1, 1000)
                """)
            #expect(try agents.number("SELECT count(*) FROM agent_count_deltas") == 2)
        }
    }
}

extension TenantStats {
    /// To compare what two readings counted.
    fileprivate var withoutTime: TenantStats {
        var stats = self
        stats.readTime = Timestamp(microseconds: 0)
        return stats
    }
}

extension Array {
    fileprivate func asyncMap<R>(_ transform: (Element) async throws -> R) async rethrows -> [R] {
        var results: [R] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
