internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The fields of a new agent")
struct AgentRulesTests {
    private static func request(_ change: (inout AgentMessage) -> Void) -> CreateAgentRequest {
        var message = AgentMessage()
        message.name = "Ada"
        message.agentType = AgentType.research.rawValue
        change(&message)
        var request = CreateAgentRequest()
        request.agent = message
        return request
    }

    private static func refused(_ change: (inout AgentMessage) -> Void) -> [String] {
        let request = request(change)
        return refusedFields { () throws(ServiceError) in
            try CreateAgent.agent(of: request, tenant: TenantProfile(id: Callers.tenantA))
        }
    }

    @Test("Only a name and a type are required; the rest has defaults")
    func defaults() throws {
        let (agent, _) = try CreateAgent.agent(of: Self.request { _ in }, tenant: TenantProfile(id: Callers.tenantA))
        #expect(agent.name == "Ada" && agent.type == .research && agent.status == .draft)
        #expect(agent.config == "{}" && agent.description.isEmpty && agent.systemPrompt.isEmpty && !agent.isPublic)
    }

    @Test("Output-only fields of the request are not looked at")
    func outputOnly() throws {
        let (agent, _) = try CreateAgent.agent(
            of: Self.request {
                $0.id = 99
                $0.tenantID = "not even a UUID"
                $0.ownerID = 98
                $0.etag = "r77"
            }, tenant: TenantProfile(id: Callers.tenantA))
        #expect(agent.id == 0 && agent.ownerID == 0 && agent.tenantID == Callers.tenantA && agent.revision == 1)
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        var request = Self.request {
            $0.name = ""
            $0.description = String(repeating: "d", count: 8_193)
            $0.agentType = 0
            $0.status = 99
            $0.systemPrompt = String(repeating: "p", count: 262_145)
            $0.config = "[]"
        }
        request.requestID = "tomorrow"
        let fields = refusedFields { () throws(ServiceError) in
            try CreateAgent.agent(of: request, tenant: TenantProfile(id: Callers.tenantA))
        }
        #expect(
            fields == [
                "agent.name", "agent.description", "agent.agent_type", "agent.status", "agent.system_prompt",
                "agent.config", "request_id",
            ])
    }

    @Test("A request without an agent says so")
    func noAgent() {
        let fields = refusedFields { () throws(ServiceError) in
            try CreateAgent.agent(of: CreateAgentRequest(), tenant: TenantProfile(id: Callers.tenantA))
        }
        #expect(fields == ["agent"])
    }

    @Test("Characters are counted as Unicode scalars, up to the limit")
    func limits() {
        #expect(Self.refused { $0.name = String(repeating: "🦉", count: 255) } == [])
        #expect(Self.refused { $0.name = String(repeating: "🦉", count: 256) } == ["agent.name"])
        // A flag is one letter on the screen and two scalars.
        #expect(Self.refused { $0.name = String(repeating: "🇩🇪", count: 128) } == ["agent.name"])
        #expect(Self.refused { $0.description = String(repeating: "ä", count: 8_192) } == [])
        #expect(Self.refused { $0.systemPrompt = String(repeating: "p", count: 262_144) } == [])
        // The prompt is counted in bytes.
        #expect(Self.refused { $0.systemPrompt = String(repeating: "ä", count: 131_073) } == ["agent.system_prompt"])
    }

    @Test("A name holds no control characters", arguments: ["a\nb", "\t", "a\u{7F}", "\u{85}", "a\r\n"])
    func controlCharacters(_ name: String) {
        #expect(Self.refused { $0.name = name } == ["agent.name"])
    }

    @Test("Description and prompt may have lines")
    func lines() {
        #expect(
            Self.refused {
                $0.description = "a\n\tb"; $0.systemPrompt = "a\r\nb"
            } == [])
    }

    @Test("A configuration is an object of at most 65,536 bytes, kept byte for byte")
    func config() throws {
        let kept = " {\"b\" : 1.0e+2,\n \"a\": [ ], \"b\": \"\\u00e4\\/\" }\n"
        let (agent, _) = try CreateAgent.agent(
            of: Self.request { $0.config = kept }, tenant: TenantProfile(id: Callers.tenantA))
        #expect(Array(agent.config.utf8) == Array(kept.utf8))
        let frame = "{\"x\":\"\"}".utf8.count
        #expect(Self.refused { $0.config = "{\"x\":\"\(String(repeating: "x", count: 65_536 - frame))\"}" } == [])
        #expect(
            Self.refused { $0.config = "{\"x\":\"\(String(repeating: "x", count: 65_537 - frame))\"}" } == [
                "agent.config"
            ])
    }

    @Test(
        "A request id is a UUID or absent",
        arguments: [
            ("", true), ("0B9c8a4e-0000-4000-8000-00000000000a", true), ("x", false),
            ("0b9c8a4e00004000800000000000000a", false), ("{0b9c8a4e-0000-4000-8000-00000000000a}", false),
        ])
    func requestID(_ text: String, _ accepted: Bool) {
        var request = Self.request { _ in }
        request.requestID = text
        let fields = refusedFields { () throws(ServiceError) in
            try CreateAgent.agent(of: request, tenant: TenantProfile(id: Callers.tenantA))
        }
        #expect(fields == (accepted ? [] : ["request_id"]))
    }
}
