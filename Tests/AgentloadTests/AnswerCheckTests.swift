@testable internal import LoadGenerator
internal import Messages
internal import Testing

@Suite("The check of answers")
struct AnswerCheckTests {
    private static let tenant = "01234567-89ab-cdef-8123-456789abcdef"
    private static let target = LoadTarget(token: "t", tenantID: tenant, agentIDs: [7, 9])

    private func problem(_ method: LoadMethod, _ answer: [UInt8]) -> String? {
        answer.withUnsafeBytes {
            AnswerCheck.problem($0, of: Call(tenant: 0, method: method, agent: 1), to: Self.target)
        }
    }

    private func agent(_ id: Int64, name: String = "agentload x", tenant: String = tenant) -> [UInt8] {
        var agent = AgentMessage()
        agent.id = id
        agent.name = name
        agent.tenantID = tenant
        return agent.encoded()
    }

    @Test("The right agent of the right tenant is right", arguments: [LoadMethod.getAgent, .updateAgent, .createAgent])
    func right(method: LoadMethod) { #expect(problem(method, agent(9)) == nil) }

    @Test("Another agent is wrong", arguments: [LoadMethod.getAgent, .updateAgent])
    func otherAgent(method: LoadMethod) {
        #expect(problem(method, agent(7)) == "\(method.name) of agent 9 gave agent 7")
    }

    @Test("An agent of another tenant is wrong", arguments: [LoadMethod.getAgent, .updateAgent, .createAgent])
    func otherTenant(method: LoadMethod) throws {
        let text = try #require(problem(method, agent(9, tenant: "fedcba98-89ab-cdef-8123-456789abcdef")))
        #expect(text.contains("gave an agent of tenant fedcba98"))
    }

    @Test("A created agent of another name, and an answer that cannot be read, are wrong")
    func unreadable() throws {
        #expect(try #require(problem(.createAgent, agent(9, name: "x"))).contains("another name"))
        #expect(try #require(problem(.getAgent, [0x0A])).contains("cannot be read"))
        #expect(try #require(problem(.listAgents, [0x0A])).contains("cannot be read"))
        #expect(problem(.listAgents, []) == nil)
    }
}
