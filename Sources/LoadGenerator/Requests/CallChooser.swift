internal import AgentdCore

/// Says what the next call is, at random: its tenant by the skew, its method by the mix, its agent any.
struct CallChooser {
    private let tenants: WeightedChoice
    private let methods: [LoadMethod]
    private let methodChoice: WeightedChoice
    /// How many agents each target has.
    private let agentCounts: [Int]
    private let hasGroups: Bool
    private var generator: FastRandomNumberGenerator

    /// - Parameter agentCounts: Of each target; for a mix that takes agents, more than none.
    init(mix: Mix, skew: Skew, agentCounts: [Int], generator: FastRandomNumberGenerator = FastRandomNumberGenerator()) {
        tenants = WeightedChoice(weights: skew.weights(tenants: agentCounts.count))
        methods = mix.shares.map(\.method)
        methodChoice = WeightedChoice(weights: mix.shares.map { Double($0.share) })
        self.agentCounts = agentCounts
        hasGroups = skew.isNoisy
        self.generator = generator
    }

    mutating func next() -> Call {
        let tenant = tenants.pick(using: &generator)
        let method = methods.count == 1 ? methods[0] : methods[methodChoice.pick(using: &generator)]
        let agent = method.takesAgent ? generator.next().below(agentCounts[tenant]) : 0
        let group = hasGroups && tenant == 0 ? CallerGroup.noisyTenant : .others
        return Call(tenant: tenant, method: method, agent: agent, group: group)
    }
}
