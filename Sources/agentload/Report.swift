internal import AgentdClient
internal import Foundation
internal import Histogram

/// What a run took: successes with their latency, failures by code.
struct Report: Sendable {
    /// Latencies are kept in microseconds, up to a minute, to 0.1 %.
    private static func makeHistogram() -> Histogram<UInt64> {
        Histogram(highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: .three)
    }

    let callsInFlight: Int
    let duration: Duration
    private var latencies = Self.makeHistogram()
    private(set) var failures: [String: Int] = [:]

    init(callsInFlight: Int, duration: Duration) {
        self.callsInFlight = callsInFlight
        self.duration = duration
    }

    var calls: UInt64 { latencies.totalCount }
    var callsPerSecond: Double { Double(calls) / (duration / .seconds(1)) }

    mutating func note(_ latency: Duration, _ failure: AgentdError?) {
        if let failure { return failures[failure.code.name, default: 0] += 1 }
        latencies.record(min(UInt64(max(latency / .microseconds(1), 1)), 60_000_000))
    }

    mutating func add(_ part: Report) {
        for step in part.latencies.recordedValues() { latencies.record(step.value, count: step.count) }
        failures.merge(part.failures, uniquingKeysWith: +)
    }

    private static let percentiles = [50.0, 90, 99, 99.9]

    var table: String {
        var lines = [
            "calls         \(calls) in \(duration.formatted(.units(allowed: [.seconds]))), \(callsInFlight) in flight",
            String(format: "throughput    %.0f calls/s", callsPerSecond),
        ]
        for percentile in Self.percentiles {
            let milliseconds = Double(latencies.valueAtPercentile(percentile)) / 1_000
            lines.append(String(format: "p%-12g %.3f ms", percentile, milliseconds))
        }
        lines += failures.sorted { $0.key < $1.key }.map { "failed        \($0.value) with \($0.key)" }
        return lines.joined(separator: "\n")
    }

    var json: String {
        let latency = Self.percentiles.map { "\"p\($0.formatted())\": \(latencies.valueAtPercentile($0))" }
        let failed = failures.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
        let throughput = String(format: "%.1f", callsPerSecond)
        return """
            {"calls": \(calls), "calls_per_second": \(throughput), "in_flight": \(callsInFlight), \
            "latency_microseconds": {\(latency.joined(separator: ", "))}, \
            "failures": {\(failed.joined(separator: ", "))}}
            """
    }
}
