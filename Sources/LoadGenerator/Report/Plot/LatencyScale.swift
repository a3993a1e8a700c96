internal import Glibc

/// The vertical axis of a plot: latency, with the same distance between 1 and 10 as between 10 and 100.
struct LatencyScale {
    private let lowestDecade: Int
    private let highestDecade: Int
    private let top: Double
    private let bottom: Double

    /// - Parameters:
    ///   - microseconds: All that is to be shown.
    ///   - top: Where the highest one may be at most, in pixels.
    init(microseconds: [Int], top: Double, bottom: Double) {
        let shown = microseconds.filter { $0 > 0 }
        let lowest = Int(floor(log10(Double(shown.min() ?? 1))))
        lowestDecade = lowest
        highestDecade = max(Int(ceil(log10(Double(shown.max() ?? 1)))), lowest + 1)
        self.top = top
        self.bottom = bottom
    }

    func position(microseconds: Double) -> Double {
        let share = (log10(max(microseconds, 1)) - Double(lowestDecade)) / Double(highestDecade - lowestDecade)
        return bottom - min(max(share, 0), 1) * (bottom - top)
    }

    struct Tick {
        let position: Double
        /// In milliseconds.
        let label: String
    }

    /// Each decade, and with few of them 2 and 5 in between.
    var ticks: [Tick] {
        let steps = highestDecade - lowestDecade <= 3 ? [1, 2, 5] : [1]
        let microseconds = (lowestDecade..<highestDecade).flatMap { decade in
            steps.map { Double($0) * pow(10, Double(decade)) }
        }
        return (microseconds + [pow(10, Double(highestDecade))]).map { value in
            Tick(position: position(microseconds: value), label: Self.milliseconds(Int(value.rounded())))
        }
    }

    /// 1500 as 1.5, without zeros at the end.
    private static func milliseconds(_ microseconds: Int) -> String {
        let rest = microseconds % 1_000
        guard rest > 0 else { return "\(microseconds / 1_000)" }
        let digits = String(String(String(1_000 + rest).dropFirst()).reversed().drop { $0 == "0" }.reversed())
        return "\(microseconds / 1_000).\(digits)"
    }
}
