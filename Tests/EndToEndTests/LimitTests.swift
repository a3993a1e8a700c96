import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// The limits of a tenant, which hold exactly, also when everything happens at once.
@Suite("Limits", .bothDoors, .timeLimit(.minutes(2)))
struct LimitTests {
    @Test("Fifty agents created at once against a limit of ten: ten are there, and forty refusals say why")
    func agentsAtOnce() async throws {
        // On several loops, so that nothing but the lock of the database keeps them apart.
        try await World.with(settings: ["AGENTD_EVENT_LOOPS": "4"]) { world in
            try await world.limitAcme("max_agents") { $0.maxAgents = 10 }
            try await world.speak(as: world.ada) { ada in
                let refusals = try await Self.refusals(of: 50) { _ = try await ada.createAgent("agent \($0)") }
                #expect(refusals.count == 40)
                for refusal in refusals {
                    #expect(refusal.code == .resourceExhausted && refusal.reason == "QUOTA_AGENTS", "\(refusal)")
                    #expect(refusal.status.retryAfterMilliseconds != nil)
                    #expect(refusal.status.quotaSubjects == ["max_agents"])
                }
                #expect(try Self.living(world) == 10)
            }
        }
    }

    @Test("A limit that is new holds from its first moment, although the daemon may not know of it yet")
    func newLimit() async throws {
        try await World.with(settings: ["AGENTD_DB_NOTIFICATIONS": "false", "AGENTD_EVENT_LOOPS": "4"]) { world in
            try await world.speak(as: world.ada) { ada in
                _ = try await ada.createAgent("first")
                // Behind the daemon's back, which still believes that there is none.
                try world.database.execute("UPDATE tenants SET max_agents = 10 WHERE slug = 'acme'")
                let refusals = try await Self.refusals(of: 50) { _ = try await ada.createAgent("agent \($0)") }
                #expect(refusals.count == 41 && refusals.allSatisfy { $0.reason == "QUOTA_AGENTS" })
                #expect(try Self.living(world) == 10)
            }
        }
    }

    @Test("A deleted agent makes room for one, and taking the deletion back needs room again")
    func deletedAgents() async throws {
        try await World.with { world in
            try await world.limitAcme("max_agents") { $0.maxAgents = 2 }
            try await world.speak(as: world.ada) { ada in
                let (one, _) = (try await ada.createAgent("one"), try await ada.createAgent("two"))
                await expectRefusal(.resourceExhausted, "QUOTA_AGENTS") { try await ada.createAgent("three") }
                _ = try await ada.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: one.id), as: AgentMessage.self)
                let three = try await ada.createAgent("three")
                await expectRefusal(.resourceExhausted, "QUOTA_AGENTS") {
                    try await ada.call(
                        "AgentService/UndeleteAgent", UndeleteAgentRequest(id: one.id), as: AgentMessage.self)
                }
                _ = try await ada.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: three.id), as: AgentMessage.self)
                let back = try await ada.call(
                    "AgentService/UndeleteAgent", UndeleteAgentRequest(id: one.id), as: AgentMessage.self)
                #expect(back.isActive)
            }
        }
    }

    @Test("A retry of a creation gets its first answer also when the limit is reached by now")
    func retryAtTheLimit() async throws {
        try await World.with { world in
            try await world.limitAcme("max_agents") { $0.maxAgents = 1 }
            try await world.speak(as: world.ada) { ada in
                let requestID = UUID().uuidString
                let first = try await ada.createAgent("one", requestID: requestID)
                #expect(try await ada.createAgent("one", requestID: requestID) == first)
            }
        }
    }

    @Test("The limit of one tenant is none of another's")
    func otherTenants() async throws {
        try await World.with { world in
            try await world.limitAcme("all of them") { limits in
                limits.maxAgents = 1
                limits.requestsPerSecond = 1
                limits.maxInFlight = 1
            }
            try await world.speak(as: world.carol) { carol in
                let refusals = try await Self.refusals(of: 50) { _ = try await carol.createAgent("agent \($0)") }
                #expect(refusals.isEmpty)
            }
        }
    }

    @Test("A tenant above its requests a second is told when to come again; then it is served")
    func requestsPerSecond() async throws {
        try await World.with { world in
            try await world.limitAcme("requests_per_second") { $0.requestsPerSecond = 20 }
            try await world.speak(as: world.ada) { ada in
                let clock = ContinuousClock()
                let start = clock.now
                let refusals = try await Self.refusals(of: 400) { _ in _ = try await ada.readTenant() }
                let seconds = Double((clock.now - start).components.seconds + 1)
                let served = 400 - refusals.count
                #expect(served >= 20 && Double(served) <= 20 + 20 * seconds)
                // Those calls were answered in any order: what the last one is told must not be old when it is heard.
                var latest: [Refusal] = []
                while latest.isEmpty { latest = try await Self.refusals(of: 1) { _ in _ = try await ada.readTenant() } }
                let refusal = latest[0]
                #expect(refusal.code == .resourceExhausted && refusal.reason == "RATE_LIMIT", "\(refusal)")
                #expect(refusal.status.quotaSubjects == ["requests_per_second"])
                let pause = try #require(refusal.status.retryAfterMilliseconds)
                #expect((1...1_001).contains(pause))
                try await Task.sleep(for: .milliseconds(pause))
                _ = try await ada.readTenant()
            }
        }
    }

    @Test("A tenant has no more calls in flight than its limit, over all its connections")
    func inFlight() async throws {
        try await World.with { world in
            try await world.limitAcme("max_in_flight") { $0.maxInFlight = 1 }
            let lock = try TableLock(world.database)
            try await world.speak(as: world.ada) { ada in
                try await world.speak(as: world.bob) { bob in
                    // It waits for the table, so that it is in flight for as long as need be.
                    async let agent = ada.createAgent("agent")
                    try await lock.waitForBlocked(1)
                    let refusals = try await Self.refusals(of: 20) { _ in _ = try await bob.readTenant() }
                    #expect(refusals.count == 20 && refusals.allSatisfy { $0.reason == "INFLIGHT_LIMIT" })
                    #expect(refusals.allSatisfy { $0.status.quotaSubjects == ["max_in_flight"] })
                    #expect(refusals.allSatisfy { $0.status.retryAfterMilliseconds != nil })
                    try lock.release()
                    _ = try await agent
                    _ = try await bob.readTenant()
                }
            }
        }
    }

    @Test("A system administrator gets into a tenant that is at its limits")
    func administrator() async throws {
        try await World.with { world in
            try await world.limitAcme("requests_per_second") { $0.requestsPerSecond = 1 }
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                for _ in 0..<10 {
                    let tenant = try await administrator.readTenant()
                    #expect(tenant.slug == "acme")
                }
            }
        }
    }
}

extension LimitTests {
    private static func living(_ world: World) throws -> Int {
        let rows = try world.database.rows(
            "SELECT count(*) FROM agents JOIN tenants AS t ON t.id = tenant_id WHERE slug = 'acme' AND is_active")
        return try #require(rows.first?.first.flatMap { $0 }.flatMap { Int($0) })
    }

    /// The refusals among so many calls at once.
    private static func refusals(
        of count: Int, _ call: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> [Refusal] {
        try await withThrowingTaskGroup(of: Refusal?.self) { group in
            for number in 0..<count {
                group.addTask {
                    do {
                        try await call(number)
                        return nil
                    } catch let refusal as Refusal {
                        return refusal
                    }
                }
            }
            return try await group.reduce(into: []) { if let refusal = $1 { $0.append(refusal) } }
        }
    }
}

extension Caller {
    fileprivate func readTenant() async throws -> TenantMessage {
        try await call("TenantService/GetCurrentTenant", GetCurrentTenantRequest())
    }
}
