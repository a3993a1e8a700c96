import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("AuditService", .bothDoors, .timeLimit(.minutes(3)))
struct AuditTests {
    @Test("An administrator sees what was done in its tenant, the newest first")
    func events() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, dora in
                let agent: AgentMessage = try await world.speak(as: world.ada) { ada in
                    var request = CreateAgentRequest()
                    var agent = AgentMessage()
                    agent.name = "Scout"
                    agent.agentType = AgentType.research.rawValue
                    request.agent = agent
                    return try await ada.call(
                        "AgentService/CreateAgent", request, headers: [Header("x-request-id", "from-ada")])
                }
                _ = try await administrator.updateUser(world.bob.id) { $0.displayName = "Bob" }
                let events = try await administrator.listAuditEvents { $0.pageSize = 2 }.auditEvents
                #expect(events.map(\.action) == ["UserService.UpdateUser", "AgentService.CreateAgent"])

                let created = events[1]
                #expect(created.tenantID == world.ada.tenantID && created.actorTenantID == world.ada.tenantID)
                #expect(created.actorUserID == world.ada.id && created.tokenID == world.ada.keyID)
                #expect(created.outcome == AuditOutcome.done.rawValue && created.callID == "from-ada")
                #expect(created.objectType == "agent" && created.objectID == "\(agent.id)")
                #expect(created.changes.contains("Scout") && created.id > 0)
                #expect(created.createTime == agent.createTime)

                let updated = events[0]
                #expect(updated.actorUserID == dora.id && updated.objectID == "\(world.bob.id)")
                #expect(updated.changes.contains(#""before" : "", "after" : "Bob""#), "\(updated.changes)")
                #expect(!updated.callID.isEmpty && updated.time > created.time)
            }
        }
    }

    @Test("Pages hold each event once, whatever is done meanwhile; a page size of 0 is the tenant's setting")
    func pages() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, _ in
                for number in 0..<25 { _ = try await administrator.createAgent("agent \(number)") }
                let all = try await administrator.auditEvents()
                #expect(all.count > 25 && all == all.sorted { ($0.time, $0.id) > ($1.time, $1.id) })
                var listed: [AuditEventMessage] = []
                var token = ""
                repeat {
                    let pageToken = token
                    let page = try await administrator.listAuditEvents {
                        $0.pageSize = 4
                        $0.pageToken = pageToken
                    }
                    _ = try await administrator.createAgent("newer than the page")
                    listed += page.auditEvents
                    token = page.nextPageToken
                } while !token.isEmpty
                #expect(listed == all)
                _ = try await administrator.updateTenantSettings(["default_page_size": "7"])
                let page = try await administrator.listAuditEvents()
                #expect(page.auditEvents.count == 7 && !page.nextPageToken.isEmpty)
            }
        }
    }

    @Test("Filters choose what they say")
    func filters() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, dora in
                let agent = try await administrator.createAgent("a")
                _ = try await administrator.update(agent.id) { $0.name = "b" }
                try await world.speak(as: world.bob) { bob in
                    _ = try await bob.createAgent("Bob's")
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await bob.listUsers() }
                }
                let all = try await administrator.auditEvents()
                let moment = all[1].time
                let time = try world.text(of: moment)
                let cases: [(String, (AuditEventMessage) -> Bool)] = [
                    ("object_type = agent", { $0.objectType == "agent" }),
                    ("object_id = \(agent.id)", { $0.objectID == "\(agent.id)" }),
                    ("object_type = agent AND object_id = \(agent.id)", { $0.objectID == "\(agent.id)" }),
                    ("object_id = \(world.bob.id) AND object_type = user", { $0.objectID == "\(world.bob.id)" }),
                    ("object_type = token", { $0.objectType == "token" }),
                    ("object_type = none", { _ in false }),
                    ("actor_user_id = \(dora.id)", { $0.actorUserID == dora.id }),
                    ("actor_user_id = 0", { _ in false }),
                    ("action = AgentService.CreateAgent", { $0.action == "AgentService.CreateAgent" }),
                    ("action = AgentService.*", { $0.action.hasPrefix("AgentService.") }),
                    ("action = AgentService", { _ in false }),
                    ("outcome = REFUSED", { $0.outcome == AuditOutcome.refused.rawValue }),
                    ("outcome = DONE", { $0.outcome == AuditOutcome.done.rawValue }),
                    ("create_time >= \(time)", { $0.time >= moment }),
                    ("create_time < \"\(time)\"", { $0.time < moment }),
                    ("create_time >= \(time) AND create_time < \(time)", { _ in false }),
                    (
                        "actor_user_id = \(dora.id) AND action = \"AgentService.*\" AND outcome = DONE",
                        { $0.actorUserID == dora.id && $0.action.hasPrefix("AgentService.") }
                    ),
                ]
                for (filter, isIncluded) in cases {
                    let found = try await administrator.auditPages(filter: filter, pageSize: 3).flatMap { $0 }
                    #expect(found == all.filter(isIncluded), "\(filter)")
                }
                for filter in [
                    "object_id", "id = 1", "create_time = \(time)", "outcome = MAYBE", "action = \"*x\"", "'",
                ] {
                    await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                        try await administrator.listAuditEvents { $0.filter = filter }
                    }
                }
            }
        }
    }

    @Test("A page token is good for its filter, its caller and its tenant alone")
    func pageTokens() async throws {
        try await World.with { world in
            let filter = "outcome = DONE"
            let token = try await world.speakAsAdministrator { administrator, _ in
                let token = try await administrator.listAuditEvents {
                    $0.filter = filter
                    $0.pageSize = 1
                }.nextPageToken
                for other in ["", "outcome = REFUSED"] {
                    await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                        try await administrator.listAuditEvents {
                            $0.filter = other
                            $0.pageToken = token
                        }
                    }
                }
                return token
            }
            #expect(!token.isEmpty)
            for tenant in ["acme", "globex"] {
                try await world.speakAsSystemAdministrator(in: tenant) { root in
                    await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                        try await root.listAuditEvents {
                            $0.filter = filter
                            $0.pageToken = token
                        }
                    }
                }
            }
        }
    }

    @Test("A member is refused, and finds its attempt in the trail once it is an administrator")
    func members() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await bob.listAuditEvents(headers: [Header("x-request-id", "too-curious")])
                }
            }
            try await world.speakAsAdministrator { administrator, _ in
                _ = try await administrator.setRole(.tenantAdministrator, of: world.bob.id)
            }
            try await world.speak(as: world.bob) { bob in
                let refused = try await bob.listAuditEvents { $0.filter = "outcome = REFUSED" }.auditEvents
                #expect(refused.count == 1)
                let attempt = try #require(refused.first)
                #expect(attempt.action == "AuditService.ListAuditEvents" && attempt.callID == "too-curious")
                #expect(attempt.actorUserID == world.bob.id && attempt.tokenID == world.bob.keyID)
                #expect(attempt.outcome == AuditOutcome.refused.rawValue)
                #expect(attempt.objectType == "" && attempt.objectID == "" && attempt.changes == "")
            }
        }
    }

    @Test("Another tenant's administrator sees nothing of it")
    func otherTenant() async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("secret plans") }
            let gus = try await world.speakAsSystemAdministrator {
                try await $0.createPerson("gus@globex.example", in: world.carol.tenantID, role: .tenantAdministrator)
            }
            try await world.speak(as: gus) { administrator in
                let events = try await administrator.auditEvents()
                #expect(!events.isEmpty && events.allSatisfy { $0.tenantID == world.carol.tenantID })
                #expect(events.allSatisfy { !$0.changes.contains("secret plans") })
                for filter in ["object_id = \(agent.id)", "actor_user_id = \(world.ada.id)", "object_type = agent"] {
                    let found = try await administrator.auditEvents(filter: filter)
                    #expect(found == [], "\(filter)")
                }
                await expectRefusal(.permissionDenied, "TENANT_MISMATCH") {
                    try await administrator.listAuditEvents(headers: [Header("x-agentd-tenant", "acme")])
                }
            }
        }
    }

    @Test("What a system administrator does in a selected tenant is in that tenant's trail, with its own tenant")
    func systemAdministrator() async throws {
        try await World.with { world in
            let root = try await world.speakAsSystemAdministrator { try await $0.user() }
            #expect(root.tenantID != world.carol.tenantID)
            try await world.speakAsSystemAdministrator(in: "globex") { administrator in
                let user = try await administrator.createUser("eve@globex.example")
                let events = try await administrator.auditEvents(
                    filter: "object_type = user AND object_id = \(user.id)")
                #expect(events.count == 1)
                let event = try #require(events.first)
                #expect(event.tenantID == world.carol.tenantID && event.actorTenantID == root.tenantID)
                #expect(event.actorUserID == root.id && event.action == "UserService.CreateUser")
            }
            // Its own tenant's trail has nothing of that.
            try await world.speakAsSystemAdministrator { administrator in
                let events = try await administrator.auditEvents(filter: "action = UserService.*")
                #expect(events.allSatisfy { $0.tenantID == root.tenantID })
                #expect(events == [])
            }
        }
    }
}

extension AuditEventMessage {
    fileprivate var time: Timestamp { createTime ?? Timestamp(microseconds: 0) }
}

extension World {
    /// As RFC 3339.
    fileprivate func text(of time: Timestamp) throws -> String {
        let rows = try database.rows(
            """
            SELECT to_char(to_timestamp($1::bigint / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS')
                || '.' || lpad(($1::bigint % 1000000)::text, 6, '0') || 'Z'
            """, ["\(time.microseconds)"])
        return rows[0][0] ?? ""
    }
}
