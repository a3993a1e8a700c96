internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("Reading several agents")
struct BatchGetAgentsTests {
    private static func refused(_ ids: [Int64]) -> [String] {
        refusedFields { () throws(ServiceError) in try BatchGetAgents.validate(BatchGetAgentsRequest(ids: ids)) }
    }

    @Test("1 to 100 ids are allowed, from 1 on")
    func validation() {
        #expect(Self.refused([1]) == [])
        #expect(Self.refused(Array(1...100)) == [])
        #expect(Self.refused([]) == ["ids"])
        #expect(Self.refused(Array(1...101)) == ["ids"])
        #expect(Self.refused([3, 0, -1]) == ["ids[1]", "ids[2]"])
    }

    @Test("Agents come in the order asked for, repeated ids as often, missing ones apart")
    func order() {
        let arena = Arena(capacity: 0)
        func agent(_ id: Int64) -> AgentView {
            var agent = Agent(tenantID: Callers.tenantA)
            agent.id = id
            return AgentView(agent, arena: arena)
        }
        let answer = BatchGetAgents.answer(ids: [3, 9, 1, 3, 8, 9], agents: [agent(1), agent(3)])
        #expect(answer.agents.map(\.id) == [3, 1, 3])
        #expect(answer.missingIDs == [9, 8, 9])
        withExtendedLifetime(arena) {}
    }
}
