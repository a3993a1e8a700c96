internal import Histogram

/// Latencies, kept in microseconds with an error of at most 0.1 %, or 1 % where many are kept.
struct LatencyHistogram: Sendable {
    /// Longer than any deadline of the daemon; what takes longer counts as this.
    private static let longestMicroseconds: UInt64 = 600_000_000

    private var histogram: Histogram<UInt64>

    init(isRough: Bool = false) {
        histogram = Histogram(
            highestTrackableValue: Self.longestMicroseconds, numberOfSignificantValueDigits: isRough ? .two : .three)
    }

    var count: Int { Int(histogram.totalCount) }

    mutating func record(nanoseconds: UInt64) {
        _ = histogram.record(min((nanoseconds + 500) / 1_000, Self.longestMicroseconds))
    }

    /// - Parameter other: Kept with the same error.
    mutating func add(_ other: LatencyHistogram) { histogram.add(other.histogram) }

    /// The latency in microseconds that so many of a hundred calls did not exceed; 0 when there are none.
    func percentile(_ percentile: Double) -> Int { count == 0 ? 0 : Int(histogram.valueAtPercentile(percentile)) }

    var maximum: Int { count == 0 ? 0 : Int(histogram.max) }

    /// In microseconds.
    var mean: Double { count == 0 ? 0 : histogram.mean }
}
