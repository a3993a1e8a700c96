internal import AgentdCore

/// Chooses at random among things of different weight, in the same time however many there are: the alias method of
/// M. D. Vose, "A linear algorithm for generating random numbers with a given distribution" (1991).
struct WeightedChoice: Sendable {
    /// A column of the table: with the chance it is itself, otherwise the alias.
    private struct Column {
        /// Of 2^32.
        var chance: UInt64 = Self.certain
        var alias = 0

        static let certain: UInt64 = 1 << 32
    }

    private var columns: [Column]

    /// - Parameter weights: At least one, none of them negative, and not all of them 0.
    init(weights: [Double]) {
        precondition(!weights.isEmpty, "There is nothing to choose from.")
        columns = weights.map { _ in Column() }
        let mean = weights.reduce(0, +) / Double(weights.count)
        var scaled = weights.map { $0 / mean }
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let poor = small.popLast(), let rich = large.last {
            columns[poor] = Column(chance: UInt64(scaled[poor] * Double(Column.certain)), alias: rich)
            scaled[rich] -= 1 - scaled[poor]
            if scaled[rich] < 1 {
                large.removeLast()
                small.append(rich)
            }
        }
    }

    func pick(using generator: inout FastRandomNumberGenerator) -> Int {
        let number = generator.next()
        let index = number.below(columns.count)
        let column = columns[index]
        return generator.next() >> 32 < column.chance ? index : column.alias
    }
}

extension UInt64 {
    /// Spreads the numbers of 64 bits evenly over those below the bound, without a division.
    func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: multipliedFullWidth(by: UInt64(bound)).high) }
}
