internal import ArgumentParser

/// A time span on the command line: a number with `ms`, `s`, `m`, `h` or `d`; without a unit it is seconds.
struct TimeSpan: ExpressibleByArgument, Sendable {
    /// A thousand years: enough for every purpose, and far from where the numbers end.
    private static let maximumSeconds = 1_000 * 365 * 86_400.0

    private static let unitsInSeconds: [(unit: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400), ("", 1),
    ]

    let duration: Duration

    init(_ duration: Duration) { self.duration = duration }

    init?(argument: String) {
        // "ms" comes before "s", and "" last, so the first unit that fits is the right one.
        guard let (unit, unitSeconds) = Self.unitsInSeconds.first(where: { argument.hasSuffix($0.unit) }),
            let number = Double(argument.dropLast(unit.count)), number.isFinite, number > 0,
            number * unitSeconds <= Self.maximumSeconds
        else { return nil }
        duration = .milliseconds(Int64((number * unitSeconds * 1_000).rounded(.up)))
    }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }

    var seconds: Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
