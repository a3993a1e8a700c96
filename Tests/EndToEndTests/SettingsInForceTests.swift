import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What each setting of a tenant changes. Ada is made an administrator; Carol's tenant changes nothing.
@Suite("Settings of a tenant in force", .timeLimit(.minutes(2)))
struct SettingsInForceTests {
    @Test("default_agent_status: an agent without a status gets it, one with a status keeps that")
    func defaultStatus() async throws {
        try await Self.with(["default_agent_status": "PAUSED"]) { ada, carol in
            let (one, other) = (try await ada.create(), try await ada.create { $0.agent?.status = 2 })
            #expect(one.status == AgentStatus.paused.rawValue && other.status == AgentStatus.active.rawValue)
            let elsewhere = try await carol.create()
            #expect(elsewhere.status == AgentStatus.draft.rawValue)
        }
    }

    @Test("max_prompt_bytes: longer prompts are refused on creation and on change, up to it they are taken")
    func promptLength() async throws {
        try await Self.with(["max_prompt_bytes": "10"]) { ada, carol in
            let agent = try await ada.create { $0.agent?.systemPrompt = "ten bytes!" }
            await Self.expectInvalid("agent.system_prompt") {
                try await ada.create { $0.agent?.systemPrompt = "eleven byte" }
            }
            await Self.expectInvalid("agent.system_prompt") {
                try await ada.update(agent.id, ["system_prompt"]) { $0.systemPrompt = "eleven byte" }
            }
            // What is not changed is not looked at.
            _ = try await ada.update(agent.id, ["name"]) { $0.name = "new" }
            _ = try await carol.create { $0.agent?.systemPrompt = "eleven byte" }
        }
    }

    @Test("allowed_agent_types: others are refused by name, and agents that have one keep it")
    func types() async throws {
        try await Self.with([:]) { ada, carol in
            let research = try await ada.create()
            try await ada.set(["allowed_agent_types": "WORKFLOW, CODE_ASSISTANT"])
            await Self.expectInvalid("agent.agent_type") { try await ada.create() }
            let workflow = try await ada.create { $0.agent?.agentType = AgentType.workflow.rawValue }
            await Self.expectInvalid("agent.agent_type") {
                try await ada.update(workflow.id, ["agent_type"]) { $0.agentType = AgentType.research.rawValue }
            }
            _ = try await ada.update(research.id, ["name"]) { $0.name = "still research" }
            #expect(try await ada.getAgent(research.id).agentType == AgentType.research.rawValue)
            _ = try await carol.create()
        }
    }

    @Test("default_agent_visibility: it decides where the request does not")
    func visibility() async throws {
        try await Self.with(["default_agent_visibility": "PUBLIC"]) { ada, carol in
            let standard = try await ada.create()
            let hidden = try await ada.create { $0.visibility = AgentVisibility.private.rawValue }
            let shown = try await ada.create { $0.visibility = AgentVisibility.public.rawValue }
            #expect(standard.isPublic && !hidden.isPublic && shown.isPublic)
            await Self.expectInvalid("visibility") {
                try await ada.create {
                    $0.visibility = AgentVisibility.private.rawValue
                    $0.agent?.isPublic = true
                }
            }
            await Self.expectInvalid("visibility") { try await ada.create { $0.visibility = 9 } }
            let elsewhere = try await carol.create()
            #expect(!elsewhere.isPublic)
        }
    }

    @Test("default_page_size: a list that does not say how much holds so many")
    func pageSize() async throws {
        try await Self.with(["default_page_size": "3"]) { ada, carol in
            for _ in 0..<5 {
                _ = try await ada.create { $0.agent?.isPublic = true }
                _ = try await carol.create()
            }
            #expect(try await ada.list(pageSize: 0).count == 3)
            #expect(try await ada.list(pageSize: 4).count == 4)
            #expect(try await carol.list(pageSize: 0).count == 5)
            let publicAgents = try await ada.call(
                "AgentService/ListPublicAgents", ListPublicAgentsRequest(), as: ListPublicAgentsResponse.self)
            #expect(publicAgents.agents.count == 3)
        }
    }

    @Test("A setting that is taken back is at its default again")
    func takenBack() async throws {
        try await Self.with(["default_agent_status": "ACTIVE"]) { ada, _ in
            #expect(try await ada.create().status == AgentStatus.active.rawValue)
            try await ada.set(["default_agent_status": ""])
            #expect(try await ada.create().status == AgentStatus.draft.rawValue)
        }
    }

    private static func with(
        _ settings: [String: String], _ body: (Caller, Caller) async throws -> Void
    ) async throws {
        try await World.with { world in
            try world.database.execute("UPDATE users SET role = 'tenant_admin' WHERE id = \(world.ada.id)")
            try await world.speak(as: world.ada) { ada in
                if !settings.isEmpty { try await ada.set(settings) }
                try await world.speak(as: world.carol) { try await body(ada, $0) }
            }
        }
    }

    private static func expectInvalid(
        _ field: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any
    ) async {
        await expectRefusal(.invalidArgument, "FIELD_INVALID", sourceLocation: sourceLocation) {
            do {
                return try await body()
            } catch let refusal as Refusal {
                #expect(refusal.status.violations.map(\.field) == [field], sourceLocation: sourceLocation)
                throw refusal
            }
        }
    }
}

extension Caller {
    fileprivate func set(_ settings: [String: String]) async throws {
        var request = UpdateTenantSettingsRequest()
        request.settings = settings.map { .init(key: $0, value: $1) }
        _ = try await call("TenantService/UpdateTenantSettings", request, as: TenantSettingsMessage.self)
    }

    fileprivate func create(_ change: (inout CreateAgentRequest) -> Void = { _ in }) async throws -> AgentMessage {
        var agent = AgentMessage()
        agent.name = "agent"
        agent.agentType = AgentType.research.rawValue
        var request = CreateAgentRequest()
        request.agent = agent
        change(&request)
        return try await call("AgentService/CreateAgent", request)
    }

    fileprivate func update(
        _ id: Int64, _ mask: [String], _ change: (inout AgentMessage) -> Void
    ) async throws -> AgentMessage {
        var agent = AgentMessage()
        agent.id = id
        change(&agent)
        var request = UpdateAgentRequest()
        request.agent = agent
        request.updateMask = mask
        return try await call("AgentService/UpdateAgent", request)
    }

    fileprivate func list(pageSize: Int32) async throws -> [AgentMessage] {
        var request = ListAgentsRequest()
        request.pageSize = pageSize
        return try await call("AgentService/ListAgents", request, as: ListAgentsResponse.self).agents
    }
}
