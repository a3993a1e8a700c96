/// Durations as people write them: a whole number and a unit, `500ms`, `10s`, `2m` or `1h`.
package enum DurationText {
    private static let units: [(suffix: String, milliseconds: Int)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]

    /// Nil when it is not a duration, or one that is longer than can be counted.
    package static func milliseconds(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let suffix = text.dropFirst(digits.count)
        guard let count = Int(digits), let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
        return overflow ? nil : product
    }

    /// In the largest unit that divides it, up to hours.
    package static func text(milliseconds: Int) -> String {
        let unit =
            units.prefix(4).last { milliseconds != 0 && milliseconds.isMultiple(of: $0.milliseconds) } ?? units[1]
        return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
    }
}
