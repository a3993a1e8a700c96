import Testing

internal import AgentdCore
internal import Messages
internal import Postgres
internal import TestSupport

/// With row-level security off, what the statements of the daemon say of the tenant is all that keeps tenants apart.
@Suite("Tenants without row-level security", .bothDoors, .timeLimit(.minutes(4)))
struct TenantFilterTests {
    @Test("The database shows everything, and yet nobody sees another tenant's agents, or can change them")
    func agents() async throws {
        try await World.withoutRowLevelSecurity { world in
            let adas = try await world.speak(as: world.ada) { ada in
                [try await ada.createAgent("Ada's public", isPublic: true), try await ada.createAgent("Ada's private")]
            }
            let seen = try ScriptConnection(conninfo: world.database.application).rows("SELECT name FROM agents")
            #expect(seen.count == 2)

            try await world.speak(as: world.carol) { carol in
                let own = try await carol.createAgent("Carol's")
                for agent in adas {
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await carol.getAgent(agent.id) }
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") {
                        try await carol.update(agent.id, mask: ["name"]) { $0.name = "taken" }
                    }
                    await expectRefusal(.notFound, "AGENT_NOT_FOUND") {
                        try await carol.call(
                            "AgentService/DeleteAgent", DeleteAgentRequest(id: agent.id), as: AgentMessage.self)
                    }
                }
                let batch: BatchGetAgentsResponse = try await carol.call(
                    "AgentService/BatchGetAgents", BatchGetAgentsRequest(ids: adas.map(\.id) + [own.id]))
                #expect(batch.agents == [own])
                #expect(try await carol.list(ListAgentsRequest()).agents == [own])
                let shared: ListAgentsResponse = try await carol.call(
                    "AgentService/ListPublicAgents", ListPublicAgentsRequest())
                #expect(shared.agents == [])
            }
            try await world.speak(as: world.ada) { ada in
                for agent in adas {
                    let read = try await ada.getAgent(agent.id)
                    #expect(read == agent)
                }
            }
        }
    }

    // MARK: Twins

    @Test("Where the rows of two tenants have the same numbers, each tenant reads its own")
    func twinsRead() async throws {
        try await World.withoutRowLevelSecurity { world in
            let twins = try await TwinTenants.make(world)
            let (first, second) = (twins.first, twins.second)
            try #require(first.team.member.id == second.team.member.id)
            try #require(first.agents.map(\.id) == second.agents.map(\.id))
            for twin in [first, second] {
                try await world.speak(as: twin.team.member) { try await Self.readAsMember($0, twin) }
                try await world.speak(as: twin.team.administrator) { try await Self.readAsAdministrator($0, twin) }
            }
        }
    }

    private static func readAsMember(_ member: Caller, _ twin: TwinTenants.Twin) async throws {
        let email = "member@\(twin.team.slug).example"
        let who = try await member.whoAmI()
        #expect(who.user?.email == email && who.tenant?.slug == twin.team.slug)
        let live = Array(twin.agents.prefix(2))
        for agent in live { #expect(try await member.getAgent(agent.id) == agent) }
        let batch: BatchGetAgentsResponse = try await member.call(
            "AgentService/BatchGetAgents", BatchGetAgentsRequest(ids: live.map(\.id)))
        #expect(batch.agents == live)
        #expect(try await member.list(ListAgentsRequest()).agents.map(\.name).sorted() == ["private", "public"])
        var all = ListAgentsRequest()
        all.showDeleted = true
        let listed = try await member.pages(all).flatMap(\.self)
        #expect(Set(listed.map(\.tenantID)) == [twin.team.id] && listed.count == 3)
        let shared: ListAgentsResponse = try await member.call(
            "AgentService/ListPublicAgents", ListPublicAgentsRequest())
        #expect(shared.agents == [twin.agents[0]])
        #expect(try await member.currentTenant().slug == twin.team.slug)
        #expect(try await member.listTokens().tokens.map(\.id) == [twin.team.member.keyID])
        // The other's answer to the same request is not this one's.
        #expect(
            try await member.createAgent("public", isPublic: true, requestID: twin.requestID) == twin.agents[0])
    }

    private static func readAsAdministrator(_ boss: Caller, _ twin: TwinTenants.Twin) async throws {
        let domain = "@\(twin.team.slug).example"
        for person in [twin.team.administrator, twin.team.member] {
            #expect(try await boss.getUser(person.id).email.hasSuffix(domain))
        }
        let users = try await boss.listUsers().users
        #expect(users.count == 2 && users.allSatisfy { $0.email.hasSuffix(domain) })
        let keys = try await boss.listTokens().tokens.map(\.id)
        #expect(Set(keys) == [twin.team.administrator.keyID, twin.team.member.keyID])
        let resolved: TenantMessage = try await boss.call(
            "TenantService/ResolveTenant", ResolveTenantRequest(key: .slug(twin.team.slug)))
        #expect(resolved.id == twin.team.id)
        let events: ListAuditEventsResponse = try await boss.call(
            "AuditService/ListAuditEvents", ListAuditEventsRequest())
        #expect(Set(events.auditEvents.map(\.tenantID)) == [twin.team.id])
        let stats: TenantStatsMessage = try await boss.call("TenantService/GetTenantStats", GetTenantStatsRequest())
        #expect(stats.tenantID == twin.team.id && stats.users.total == 2 && stats.agentsTotal == 2)
        #expect(stats.tokens.valid == 2)
    }

    @Test("Where the rows of two tenants have the same numbers, a tenant changes its own alone")
    func twinsChange() async throws {
        try await World.withoutRowLevelSecurity { world in
            let twins = try await TwinTenants.make(world)
            let (first, second) = (twins.first, twins.second)
            let before = try world.rows(of: first.team.id)
            #expect(before.values.allSatisfy { !$0.isEmpty })
            try await world.speak(as: second.team.member) { try await Self.changeAsMember($0, second) }
            try await world.speak(as: second.team.administrator) { try await Self.changeAsAdministrator($0, second) }
            #expect(try world.rows(of: first.team.id) == before)
            // The other one was not spared: all of that did happen.
            let changed = try world.database.rows(
                "SELECT count(*) FROM audit_events WHERE tenant_id = $1::uuid AND outcome = 'done'", [second.team.id])
            let untouched = try world.database.rows(
                "SELECT count(*) FROM audit_events WHERE tenant_id = $1::uuid AND outcome = 'done'", [first.team.id])
            let difference =
                try #require(changed[0][0].flatMap { Int($0) }) - #require(untouched[0][0].flatMap { Int($0) })
            #expect(difference == Self.changes)
        }
    }

    /// How many the two below make: each writes one audit event.
    private static let changes = 12

    private static func changeAsMember(_ member: Caller, _ twin: TwinTenants.Twin) async throws {
        let (shared, hidden, deleted) = (twin.agents[0].id, twin.agents[1].id, twin.agents[2].id)
        _ = try await member.update(shared, mask: ["name"]) { $0.name = "changed" }
        let gone: AgentMessage = try await member.call("AgentService/DeleteAgent", DeleteAgentRequest(id: hidden))
        let back: AgentMessage = try await member.call("AgentService/UndeleteAgent", UndeleteAgentRequest(id: deleted))
        #expect(gone.tenantID == twin.team.id && back.tenantID == twin.team.id)
        let key = try await member.issueToken(displayName: "own")
        let keyID = String(key.secret.split(separator: "_")[1])
        #expect(try await member.revokeToken(keyID).id == keyID)
    }

    private static func changeAsAdministrator(_ boss: Caller, _ twin: TwinTenants.Twin) async throws {
        let memberID = twin.team.member.id
        _ = try await boss.updateUser(memberID, mask: ["display_name"]) { $0.displayName = "changed" }
        _ = try await boss.setRole(.tenantAdministrator, of: memberID)
        _ = try await boss.setActive(false, of: memberID)
        _ = try await boss.updateTenantSettings(["default_page_size": "20"])
        _ = try await boss.updateCurrentTenant(mask: ["display_name"]) { $0.displayName = "Changed" }
        _ = try await boss.revokeToken(twin.team.member.keyID)
        let deleted = try await boss.deleteUser(memberID)
        #expect(deleted.email == "member@\(twin.team.slug).example")
    }
}
