import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What `AgentService` promises beyond the access matrix, as a client sees it.
@Suite("AgentService", .bothDoors, .timeLimit(.minutes(2)))
struct AgentServiceTests {
    private func asAda(_ body: (Caller, World) async throws -> Void) async throws {
        try await World.with { world in try await world.speak(as: world.ada) { try await body($0, world) } }
    }

    @Test("What is stored comes back byte for byte, with what the daemon adds")
    func everyField() async throws {
        try await asAda { ada, world in
            var request = CreateAgentRequest()
            var agent = AgentMessage()
            agent.name = "Ünïcode 🙂 \"quoted\" 'name' \\ %s"
            agent.description = "line\nbreak\ttab"
            agent.agentType = AgentType.custom.rawValue
            agent.status = AgentStatus.active.rawValue
            agent.systemPrompt = String(repeating: "prömpt — “x” ", count: 1_000)
            agent.config = #"{ "b" : 1,  "a":[1.50, "é", null], "b": 2 }"#
            agent.isPublic = true
            request.agent = agent
            let created: AgentMessage = try await ada.call("AgentService/CreateAgent", request)
            #expect(created.name == agent.name)
            #expect(created.description == agent.description)
            #expect(created.agentType == agent.agentType)
            #expect(created.status == agent.status)
            #expect(created.systemPrompt == agent.systemPrompt)
            #expect(created.config == agent.config)
            #expect(created.isPublic && created.isActive)
            #expect(created.ownerID == world.ada.id && created.tenantID == world.ada.tenantID)
            #expect(created.createTime != nil && created.createTime == created.updateTime && created.deleteTime == nil)
            let read = try await ada.getAgent(created.id)
            #expect(read == created)
        }
    }

    @Test("All field errors of a request come at once")
    func fieldErrors() async throws {
        try await asAda { ada, _ in
            var request = CreateAgentRequest()
            var agent = AgentMessage()
            agent.config = "[]"
            agent.status = 99
            agent.systemPrompt = String(repeating: "x", count: 262_145)
            request.agent = agent
            request.requestID = "no-uuid"
            do {
                let created: AgentMessage = try await ada.call("AgentService/CreateAgent", request)
                Issue.record("\(created) was created")
            } catch let refusal as Refusal {
                #expect(refusal.code == .invalidArgument && refusal.reason == "FIELD_INVALID")
                #expect(
                    Set(refusal.status.violations.map(\.field)) == [
                        "agent.name", "agent.agent_type", "agent.status", "agent.config", "agent.system_prompt",
                        "request_id",
                    ])
            }
        }
    }

    @Test(
        "Whatever is no JSON object is refused, as PostgreSQL would",
        arguments: [
            "[]", "1", "{", "{\"a\":}", "{\"a\":\"\\ud800\"}", "{'a':1}", "{\"a\":01}", "{}x", "nul",
            "{\"a\":\"\u{1}\"}",
        ])
    func brokenConfig(config: String) async throws {
        try await asAda { ada, _ in
            await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                try await ada.update(try await ada.createAgent("a").id, mask: ["config"]) { $0.config = config }
            }
        }
    }

    @Test("An update changes the fields of its mask and no other; without a mask, those that are populated")
    func masks() async throws {
        try await asAda { ada, _ in
            let created = try await ada.createAgent("before")
            let masked = try await ada.update(created.id, mask: ["name"]) {
                $0.name = "after"
                $0.description = "not in the mask"
            }
            #expect(masked.name == "after" && masked.description == "")
            let populated = try await ada.update(created.id) { $0.description = "set" }
            #expect(populated.name == "after" && populated.description == "set")
            let cleared = try await ada.update(created.id, mask: ["description"]) { _ in }
            #expect(cleared.description == "")
            let all = try await ada.update(created.id, mask: ["*"]) {
                $0.name = "all"
                $0.agentType = AgentType.workflow.rawValue
                $0.status = AgentStatus.paused.rawValue
            }
            #expect(
                all.agentType == AgentType.workflow.rawValue && all.status == AgentStatus.paused.rawValue
                    && all.config == "{}")
            for path in ["owner_id", "tenant_id", "etag", "create_time", "is_active", "unknown", "name.first", ""] {
                await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                    try await ada.update(created.id, mask: [path]) { $0.name = "x" }
                }
            }
            let untouched = try await ada.getAgent(created.id)
            #expect(untouched == all)
        }
    }

    @Test("The etag changes with every change, and a stale one is ABORTED")
    func etags() async throws {
        try await asAda { ada, _ in
            let first = try await ada.createAgent("a")
            let second = try await ada.update(first.id) {
                $0.name = "b"
                $0.etag = first.etag
            }
            #expect(second.etag != first.etag)
            #expect((second.updateTime ?? first.updateTime!) > first.updateTime!)
            for etag in [first.etag, "nonsense", "r0", "r-1"] {
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await ada.update(first.id) {
                        $0.name = "c"
                        $0.etag = etag
                    }
                }
                var delete = DeleteAgentRequest(id: first.id)
                delete.etag = etag
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await ada.call("AgentService/DeleteAgent", delete, as: AgentMessage.self)
                }
            }
            let kept = try await ada.getAgent(first.id)
            #expect(kept == second)
        }
    }

    @Test("A deleted agent is gone for everybody but its owner, who can take the deletion back")
    func deletion() async throws {
        try await asAda { ada, world in
            let created = try await ada.createAgent("a", isPublic: true)
            let deleted: AgentMessage = try await ada.call(
                "AgentService/DeleteAgent", DeleteAgentRequest(id: created.id))
            #expect(!deleted.isActive && deleted.deleteTime != nil)
            await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.getAgent(created.id) }
            await expectRefusal(.notFound, "AGENT_NOT_FOUND") { try await ada.update(created.id) { $0.name = "x" } }
            await expectRefusal(.notFound, "AGENT_NOT_FOUND") {
                try await ada.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: created.id), as: AgentMessage.self)
            }
            try await world.speak(as: world.bob) { bob in
                await expectRefusal(.notFound, "AGENT_NOT_FOUND") {
                    try await bob.call(
                        "AgentService/UndeleteAgent", UndeleteAgentRequest(id: created.id), as: AgentMessage.self)
                }
            }
            var list = ListAgentsRequest()
            #expect(try await ada.list(list).agents == [])
            list.showDeleted = true
            #expect(try await ada.list(list).agents == [deleted])
            let back: AgentMessage = try await ada.call(
                "AgentService/UndeleteAgent", UndeleteAgentRequest(id: created.id))
            #expect(back.isActive && back.deleteTime == nil && back.name == "a")
            await expectRefusal(.failedPrecondition, "AGENT_NOT_DELETED") {
                try await ada.call(
                    "AgentService/UndeleteAgent", UndeleteAgentRequest(id: created.id), as: AgentMessage.self)
            }
        }
    }

    @Test("Features gate what they are for")
    func features() async throws {
        try await World.with { world in
            try await world.speak(as: world.carol) { carol in
                await expectRefusal(.failedPrecondition, "FEATURE_DISABLED") {
                    try await carol.createAgent("a", isPublic: true)
                }
                let own = try await carol.createAgent("a")
                await expectRefusal(.failedPrecondition, "FEATURE_DISABLED") {
                    try await carol.update(own.id) { $0.isPublic = true }
                }
                await expectRefusal(.failedPrecondition, "FEATURE_DISABLED") {
                    try await carol.update(own.id) { $0.agentType = AgentType.custom.rawValue }
                }
            }
        }
    }

    @Test("Every change has one audit row, with what was before and after")
    func audit() async throws {
        try await asAda { ada, world in
            let created = try await ada.createAgent("before")
            _ = try await ada.update(created.id) { $0.name = "after" }
            _ = try await ada.call(
                "AgentService/DeleteAgent", DeleteAgentRequest(id: created.id), as: AgentMessage.self)
            _ = try await ada.call(
                "AgentService/UndeleteAgent", UndeleteAgentRequest(id: created.id), as: AgentMessage.self)
            await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                try await ada.update(created.id) { $0.name = "a\nb" }
            }
            let rows = try world.database.rows(
                """
                SELECT action, changes -> 'name' ->> 'before', changes -> 'name' ->> 'after', tenant_id, actor_user_id,
                    token_id <> '' AND call_id <> ''
                FROM audit_events WHERE object_type = 'agent' AND object_id = $1 ORDER BY id
                """, ["\(created.id)"])
            let who = [world.ada.tenantID, "\(world.ada.id)", "t"]
            #expect(
                rows == [
                    ["AgentService.CreateAgent", nil, nil] + who,
                    ["AgentService.UpdateAgent", "before", "after"] + who,
                    ["AgentService.DeleteAgent", nil, nil] + who, ["AgentService.UndeleteAgent", nil, nil] + who,
                ])
        }
    }
}
