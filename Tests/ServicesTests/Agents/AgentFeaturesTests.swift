internal import AgentdCore
internal import Storage
internal import Testing

@testable internal import Services

@Suite("Features that agents need")
struct AgentFeaturesTests {
    private static func agent(type: AgentType, isPublic: Bool) -> Agent {
        var agent = Agent(tenantID: Callers.tenantA)
        agent.type = type
        agent.isPublic = isPublic
        return agent
    }

    private static func missing(_ agent: Agent, _ fields: AgentFields, _ features: Features) -> [String] {
        do {
            try Callers.caller(features: features).requireFeatures(for: agent, fields: fields)
            return []
        } catch {
            #expect(error.reason == .featureDisabled && error.code == .failedPrecondition)
            return error.details.map { detail in
                guard case .precondition("TENANT_FEATURE", let subject, _) = detail else { return "\(detail)" }
                return subject
            }
        }
    }

    @Test("Type CUSTOM needs custom_agents, sharing needs agent_sharing, and both are named at once")
    func needs() {
        let both = Self.agent(type: .custom, isPublic: true)
        #expect(Self.missing(both, .all, []) == ["custom_agents", "agent_sharing"])
        #expect(Self.missing(both, .all, .customAgents) == ["agent_sharing"])
        #expect(Self.missing(both, .all, .agentSharing) == ["custom_agents"])
        #expect(Self.missing(both, .all, [.customAgents, .agentSharing]) == [])
    }

    @Test("Other types and private agents need nothing")
    func needless() {
        for type in AgentType.allCases where type != .custom {
            #expect(Self.missing(Self.agent(type: type, isPublic: false), .all, []) == [])
        }
    }

    @Test("Only what the request sets needs a feature")
    func onlyFieldsSet() {
        let both = Self.agent(type: .custom, isPublic: true)
        #expect(Self.missing(both, [.name, .status], []) == [])
        #expect(Self.missing(both, [.isPublic], [.customAgents]) == ["agent_sharing"])
    }
}
