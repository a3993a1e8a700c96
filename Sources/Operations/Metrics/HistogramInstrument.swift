internal import CoreMetrics
internal import Synchronization

/// Counts durations by their size.
///
/// The bounds go from 50 µs, about what the fastest call takes, to 10 s, behind which only deadlines of minutes end
/// calls; in steps of 1, 2.5 and 5, so that an estimated quantile is at most 2.5 times off. They are the same for all
/// methods, so that methods can be summed up; and only 17, because each is a time series for each method.
final class HistogramInstrument: Instrument, TimerHandler {
    private static let bounds: InlineArray<17, Int64> = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000,
        100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]
    /// The buckets, among them `+Inf`, and `_sum` and `_count`.
    static let seriesCount = 17 + 3

    /// How many were at most as long as the bound and longer than the one before it; the last: longer than all.
    private let counts = InlineArray<18, Atomic<UInt64>> { _ in Atomic(0) }
    /// Enough for 292 years of time together.
    private let sumNanoseconds = Atomic<Int64>(0)

    func recordNanoseconds(_ duration: Int64) {
        // A clock that jumped must not take away what was summed up.
        let duration = max(0, duration)
        var index = 0
        while index < Self.bounds.count, duration > Self.bounds[index] { index += 1 }
        counts[index].wrappingAdd(1, ordering: .relaxed)
        sumNanoseconds.wrappingAdd(duration, ordering: .relaxed)
    }

    func write(_ name: String, labels: String, to text: inout MetricText) {
        let prefix = labels.isEmpty ? "" : labels + ","
        var total: UInt64 = 0
        for index in counts.indices {
            total += counts[index].load(ordering: .relaxed)
            let bound = index < Self.bounds.count ? "\(Self.seconds(Self.bounds[index]))" : "+Inf"
            text.sample(name + "_bucket", labels: "\(prefix)le=\"\(bound)\"", value: total)
        }
        text.sample(
            name + "_sum", labels: labels, value: Self.seconds(sumNanoseconds.load(ordering: .relaxed)))
        // Counted from the buckets, so that the two never contradict each other.
        text.sample(name + "_count", labels: labels, value: total)
    }

    private static func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1_000_000_000 }
}
