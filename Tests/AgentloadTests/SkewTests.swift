internal import AgentdCore
@testable internal import LoadGenerator
internal import Testing

@Suite("Skew")
struct SkewTests {
    @Test(
        "It is read from a word and a number",
        arguments: [
            ("uniform", Skew.uniform), ("zipf", .zipf(exponent: 1)), ("zipf:1.2", .zipf(exponent: 1.2)),
            ("noisy", .noisy(share: 0.5)), ("noisy:0.9", .noisy(share: 0.9)),
        ])
    func read(text: String, skew: Skew) {
        #expect(Skew(text) == skew)
        #expect(Skew(skew.description) == skew)
    }

    @Test(
        "Other words and numbers that make no sense are refused",
        arguments: [
            "", "pareto", "uniform:1", "zipf:", "zipf:0", "zipf:6", "zipf:x", "noisy:0", "noisy:1", "noisy:nan",
        ])
    func refuse(text: String) { #expect(Skew(text) == nil) }

    /// How many of many calls each tenant gets.
    private func counts(_ skew: Skew, tenants: Int, calls: Int) -> [Int] {
        var chooser = CallChooser(
            mix: .get, skew: skew, agentCounts: Array(repeating: 3, count: tenants),
            generator: FastRandomNumberGenerator(seed: 1))
        var counts = Array(repeating: 0, count: tenants)
        for _ in 0..<calls { counts[chooser.next().tenant] += 1 }
        return counts
    }

    /// Whether a count is what was expected, give or take five standard deviations.
    private func fits(_ count: Int, expected: Double) -> Bool {
        abs(Double(count) - expected) <= 5 * expected.squareRoot()
    }

    @Test("Uniform: each tenant gets as many", arguments: [1, 2, 100])
    func uniform(tenants: Int) {
        let counts = counts(.uniform, tenants: tenants, calls: 100_000)
        #expect(counts.allSatisfy { fits($0, expected: 100_000 / Double(tenants)) }, "\(counts)")
    }

    @Test("Zipf: the k-th tenant gets 1/k^exponent of what the first gets", arguments: [0.5, 1, 2])
    func zipf(exponent: Double) {
        let counts = counts(.zipf(exponent: exponent), tenants: 50, calls: 200_000)
        let weights = Skew.zipf(exponent: exponent).weights(tenants: 50)
        #expect(weights[0] == 1)
        if exponent == 2 { #expect(weights[9] == 0.01) }
        let sum = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            #expect(fits(count, expected: 200_000 * weight / sum), "\(counts)")
        }
    }

    @Test("Noisy: the first tenant gets its share, the others get the rest in equal parts", arguments: [0.1, 0.5, 0.9])
    func noisy(share: Double) {
        let counts = counts(.noisy(share: share), tenants: 11, calls: 100_000)
        #expect(fits(counts[0], expected: 100_000 * share))
        #expect(counts.dropFirst().allSatisfy { fits($0, expected: 100_000 * (1 - share) / 10) }, "\(counts)")
    }
}
