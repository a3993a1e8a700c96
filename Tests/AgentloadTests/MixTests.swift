internal import AgentdCore
@testable internal import LoadGenerator
internal import Testing

@Suite("Mixes")
struct MixTests {
    @Test("Of a hundred calls each mix says what they are", arguments: Mix.allCases)
    func shares(mix: Mix) {
        #expect(mix.shares.reduce(0) { $0 + $1.share } == 100)
        let calls = 100_000
        var chooser = CallChooser(
            mix: mix, skew: .uniform, agentCounts: [2, 5], generator: FastRandomNumberGenerator(seed: 2))
        var counts: [LoadMethod: Int] = [:]
        for _ in 0..<calls { counts[chooser.next().method, default: 0] += 1 }
        for (method, share) in mix.shares {
            #expect(abs(counts[method, default: 0] - calls * share / 100) < calls / 100)
        }
        #expect(counts.count == mix.shares.count)
    }

    @Test("Every agent of a tenant is called, and no other")
    func agents() {
        var chooser = CallChooser(mix: .get, skew: .uniform, agentCounts: [2, 5])
        var agents: [Set<Int>] = [[], []]
        for _ in 0..<10_000 {
            let call = chooser.next()
            agents[call.tenant].insert(call.agent)
        }
        #expect(agents == [Set(0..<2), Set(0..<5)])
    }
}
