import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("Statistics", .bothDoors, .timeLimit(.minutes(2)), .sharedWorld(settings: ["AGENTD_USAGE_INTERVAL": "100ms"]))
struct StatsTests {
    /// The calls that made a team: two users and their keys, in the name of the tenant.
    private static let callsOfSetUp = 4

    private func withTeam(
        features: [String] = ["advanced_analytics"], _ body: (TenantTeam, Caller, World) async throws -> Void
    ) async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator {
            try await TenantTeam.make("stats", features: features, by: $0)
        }
        try await world.speak(as: team.administrator) { try await body(team, $0, world) }
    }

    private static func bytes(_ agent: AgentMessage) -> Int64 {
        [agent.name, agent.description, agent.systemPrompt, agent.config].reduce(0) { $0 + Int64($1.utf8.count) }
    }

    @Test("Agents, their bytes, users and keys are those that there are, at once and after they are counted together")
    func whatThereIs() async throws {
        try await withTeam { team, boss, world in
            let agents = try await world.speak(as: team.member) { member in
                var agents: [AgentMessage] = []
                for number in 0..<6 { agents.append(try await member.createAgent("agent \(number)")) }
                agents[0] = try await member.update(agents[0].id) { $0.status = AgentStatus.active.rawValue }
                agents[1] = try await member.update(agents[1].id) {
                    $0.name = "ägent"
                    $0.systemPrompt = "Antworte höflich."
                    $0.config = #"{"größe": 1}"#
                }
                for index in 2..<4 {
                    agents[index] = try await member.call(
                        "AgentService/DeleteAgent", DeleteAgentRequest(id: agents[index].id))
                }
                agents[3] = try await member.call(
                    "AgentService/UndeleteAgent", UndeleteAgentRequest(id: agents[3].id))
                return agents
            }
            _ = try await boss.createAgent("of the administrator")
            let ownBytes = Int64("of the administrator".utf8.count + "{}".utf8.count)
            let extra = try await boss.issueToken(for: team.member.id)
            _ = try await boss.call(
                "TokenService/RevokeToken", RevokeTokenRequest(id: try #require(extra.token).id), as: TokenMessage.self)

            let uncounted = "SELECT FROM agent_count_deltas WHERE tenant_id = $1"
            for isCompacted in [false, true] {
                if isCompacted {
                    try await waitUntil { try world.database.rows(uncounted, [team.id]).isEmpty }
                }
                let stats = try await boss.stats()
                #expect(stats.tenantID == team.id && stats.readTime != nil)
                #expect(stats.agents.draft == 5 && stats.agents.active == 1 && stats.agents.deleted == 1)
                #expect(stats.storageBytes == agents.reduce(ownBytes) { $0 + Self.bytes($1) })
                #expect(stats.users.total == 2 && stats.users.active == 2 && stats.users.administrators == 1)
                #expect(stats.tokens.valid == 2 && stats.tokens.revoked == 1 && stats.tokens.expired == 0)
                let living = agents.filter(\.isActive)
                #expect(living.count == 5)
                let owners = [
                    TenantStats.Part(
                        key: "\(team.member.id)", agents: 5,
                        storageBytes: living.reduce(0) { $0 + Self.bytes($1) }),
                    TenantStats.Part(key: "\(team.administrator.id)", agents: 1, storageBytes: ownBytes),
                ]
                #expect(stats.byOwner == owners)
                #expect(stats.byType.map(\.key) == ["AGENT_TYPE_RESEARCH"] && stats.byType.first?.agents == 6)
                #expect(stats.byStatus.map(\.key) == ["AGENT_STATUS_DRAFT", "AGENT_STATUS_ACTIVE"])
                #expect(stats.byDay.map(\.created).reduce(0, +) == 7 && stats.byDay.map(\.deleted).reduce(0, +) == 2)
            }
        }
    }

    @Test("Calls, errors and their time are those of the tenant, whoever called, and nobody else's")
    func calls() async throws {
        try await withTeam { team, boss, world in
            try await withTeam { other, _, _ in
                try await world.speak(as: team.member) { member in
                    for _ in 0..<10 { _ = try await member.whoAmI() }
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await member.getAgent(9_999) }
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await member.stats() }
                }
                // A call that nobody answers for is no tenant's.
                try await world.daemon.speak(token: "agd_wrong") { stranger in
                    await expectRefusal(.unauthenticated, "TOKEN_INVALID") { try await stranger.whoAmI() }
                }
                let expected = StoredCalls(calls: Self.callsOfSetUp + 12, errors: 2)
                try await waitUntil { try StoredCalls.of(team.id, in: world.database) == expected }
                let stats = try await boss.stats()
                for counts in [stats.lastHour, stats.lastDay] {
                    #expect(counts.calls == expected.calls && counts.errors == expected.errors)
                    #expect(try #require(counts.meanLatencyMicroseconds) > 0)
                }
                // The administrator's own call is counted as well.
                let next = StoredCalls(calls: expected.calls + 1, errors: 2)
                try await waitUntil { try StoredCalls.of(team.id, in: world.database) == next }
                let others = StoredCalls(calls: Self.callsOfSetUp, errors: 0)
                try await waitUntil { try StoredCalls.of(other.id, in: world.database) == others }
            }
        }
    }

    @Test("Breakdowns need the feature, by default and when they are asked for")
    func feature() async throws {
        try await withTeam(features: []) { _, boss, _ in
            _ = try await boss.createAgent("agent")
            for view: Int32 in [0, 1] {
                let stats = try await boss.stats(view: view)
                #expect(stats.agents.total == 1)
                #expect(stats.byType.isEmpty && stats.byStatus.isEmpty && stats.byOwner.isEmpty && stats.byDay.isEmpty)
            }
            await expectRefusal(.failedPrecondition, "FEATURE_DISABLED") { try await boss.stats(view: 2) }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await boss.stats(view: 3) }
        }
        try await withTeam { _, boss, _ in
            _ = try await boss.createAgent("agent")
            #expect(try await boss.stats(view: 1).byType.isEmpty)
            #expect(try await boss.stats(view: 2).byType.count == 1)
        }
    }

    @Test("Members are refused; a system administrator reads those of the tenant that it selects")
    func roles() async throws {
        try await withTeam { team, boss, world in
            _ = try await boss.createAgent("agent")
            try await world.speak(as: team.member) { member in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await member.stats() }
            }
            try await world.speakAsSystemAdministrator(in: team.slug) { root in
                let stats = try await root.stats()
                #expect(stats.tenantID == team.id && stats.agents.total == 1)
            }
            try await world.speakAsSystemAdministrator { root in
                let stats = try await root.stats()
                #expect(stats.tenantID != team.id)
            }
        }
    }

    @Test("What two daemons on one database counted adds up")
    func twoDaemons() async throws {
        try await withTeam { team, boss, world in
            let settings = ["AGENTD_USAGE_INTERVAL": "100ms"]
            try await Daemon.with(world.database, settings: settings) { other in
                try await other.speak(token: team.member.key) { there in
                    for _ in 0..<5 { _ = try await there.createAgent("there") }
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await there.getAgent(9_999) }
                }
                for _ in 0..<7 { _ = try await boss.createAgent("here") }
                let expected = StoredCalls(calls: Self.callsOfSetUp + 13, errors: 1)
                try await waitUntil { try StoredCalls.of(team.id, in: world.database) == expected }
                let stats = try await boss.stats()
                #expect(stats.agents.total == 12)
                #expect(stats.lastHour.calls == expected.calls && stats.lastHour.errors == expected.errors)
            }
        }
    }
}

@Suite("Statistics across interruptions", .timeLimit(.minutes(2)))
struct StatsRecoveryTests {
    @Test("A daemon that is stopped brings its counts into the database first")
    func restart() async throws {
        try await TestDatabase.with { database in
            // Long after the end of the test: nothing but the stop can do it.
            let settings = ["AGENTD_USAGE_INTERVAL": "60s"]
            let first = try await Daemon.start(database, settings: settings)
            let world = try await World.make(database, first)
            try await world.speak(as: world.ada) { ada in
                for _ in 0..<7 { _ = try await ada.createAgent("agent") }
                for _ in 0..<3 {
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.getAgent(9_999) }
                }
            }
            #expect(try StoredCalls.of(world.ada.tenantID, in: database) == StoredCalls(calls: 0, errors: 0))
            first.signal(SIGTERM)
            #expect(await first.exitCode() == 0)
            let stored = try StoredCalls.of(world.ada.tenantID, in: database)
            #expect(stored.calls >= 10 && stored.errors == 3)
            try await Daemon.with(database, settings: settings) { second in
                try await second.speak(token: world.systemAdministrator, tenant: world.ada.tenantID) { root in
                    let stats = try await root.stats()
                    #expect(stats.agents.total == 7)
                    #expect(stats.lastHour.calls == stored.calls && stats.lastHour.errors == 3)
                    #expect(try #require(stats.lastHour.meanLatencyMicroseconds) > 0)
                }
            }
        }
    }

    @Test("What cannot be stored is stored when it can be, each call once")
    func refusedStorage() async throws {
        let settings = ["AGENTD_USAGE_INTERVAL": "100ms", "AGENTD_LOG_LEVEL": "debug"]
        try await World.with(settings: settings) { world in
            let tenant = world.ada.tenantID
            try await waitUntil { try StoredCalls.of(tenant, in: world.database).calls > 0 }
            try world.database.execute("REVOKE UPDATE, INSERT ON tenant_calls FROM agentd_platform")
            try await world.speak(as: world.ada) { ada in
                for _ in 0..<5 {
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.getAgent(9_999) }
                }
                try await waitUntil { world.daemon.log.contains("Calls are not counted") }
                for _ in 0..<3 {
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.getAgent(9_999) }
                }
            }
            #expect(try StoredCalls.of(tenant, in: world.database).errors == 0)
            try world.database.execute("GRANT UPDATE, INSERT ON tenant_calls TO agentd_platform")
            try await waitUntil { try StoredCalls.of(tenant, in: world.database).errors == 8 }
            try await waitUntil { world.daemon.log.contains("Calls are counted again") }
            // Warned of once, and not each time.
            let lines = world.daemon.log.split(separator: "\n")
            #expect(lines.count { $0.contains("WARNING") && $0.contains("Calls are not counted") } == 1)
        }
    }
}
