internal import Glibc

/// How calls are spread over the tenants.
package enum Skew: Sendable, Equatable {
    case uniform
    /// The k-th tenant is called 1/k^exponent times as often as the first.
    case zipf(exponent: Double)
    /// The first tenant makes this share of the calls, the others share the rest equally.
    case noisy(share: Double)

    private static let defaultExponent = 1.0
    private static let defaultShare = 0.5
    /// Beyond this the first tenant has practically all calls.
    private static let exponents = 0.1...5.0
    private static let shares = 0.01...0.99

    /// What it looks like, as it follows "must be".
    package static let expectation = """
        uniform, zipf or zipf:EXPONENT (0.1 to 5), noisy or noisy:SHARE (0.01 to 0.99)
        """

    /// Reads `uniform`, `zipf`, `zipf:1.2`, `noisy` and `noisy:0.5`; anything else gives nil.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = parts.count == 2 ? Double(parts[1]) : nil
        guard parts.count == 1 || number != nil else { return nil }
        switch parts[0] {
        case "uniform" where number == nil: self = .uniform
        case "zipf":
            let exponent = number ?? Self.defaultExponent
            guard Self.exponents.contains(exponent) else { return nil }
            self = .zipf(exponent: exponent)
        case "noisy":
            let share = number ?? Self.defaultShare
            guard Self.shares.contains(share) else { return nil }
            self = .noisy(share: share)
        default: return nil
        }
    }

    /// How often each of so many tenants is called, in relation to each other.
    package func weights(tenants: Int) -> [Double] {
        switch self {
        case .uniform: Array(repeating: 1, count: tenants)
        case .zipf(let exponent): (1...max(tenants, 1)).map { 1 / pow(Double($0), exponent) }
        case .noisy(let share):
            tenants < 2 ? [1] : [share] + Array(repeating: (1 - share) / Double(tenants - 1), count: tenants - 1)
        }
    }

    package var isNoisy: Bool {
        switch self {
        case .noisy: true
        case .uniform, .zipf: false
        }
    }
}

extension Skew: CustomStringConvertible {
    /// As it is read.
    package var description: String {
        switch self {
        case .uniform: "uniform"
        case .zipf(let exponent): "zipf:\(exponent)"
        case .noisy(let share): "noisy:\(share)"
        }
    }
}
