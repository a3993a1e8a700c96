/// What a run took, in the terms of `--output json`. Latencies are microseconds; of no calls they are 0.
package struct LoadReport: Sendable, Encodable {
    package struct Latency: Sendable, Encodable {
        package let mean: Double
        package let p50: Int
        package let p90: Int
        package let p99: Int
        package let p999: Int
        package let max: Int

        enum CodingKeys: String, CodingKey {
            case mean, p50, p90, p99, max
            case p999 = "p99.9"
        }

        init(_ histogram: LatencyHistogram) {
            mean = histogram.mean.roundedToTenths
            p50 = histogram.percentile(50)
            p90 = histogram.percentile(90)
            p99 = histogram.percentile(99)
            p999 = histogram.percentile(99.9)
            max = histogram.maximum
        }
    }

    package struct Method: Sendable, Encodable {
        package let calls: Int
        package let latency: Latency

        enum CodingKeys: String, CodingKey {
            case calls
            case latency = "latency_microseconds"
        }
    }

    package struct Group: Sendable, Encodable {
        package let calls: Int
        package let latency: Latency
        package let failures: [String: Int]
        package let failureLatency: Latency

        enum CodingKeys: String, CodingKey {
            case calls, failures
            case latency = "latency_microseconds"
            case failureLatency = "failure_latency_microseconds"
        }

        var failureCount: Int { failures.values.reduce(0, +) }
    }

    package struct Groups: Sendable, Encodable {
        package let noisy: Group
        package let others: Group
    }

    package struct Second: Sendable, Encodable {
        package let second: Int
        package let calls: Int
        package let failures: Int
        package let latency: Latency

        package struct Latency: Sendable, Encodable {
            package let p50: Int
            package let p99: Int
        }

        enum CodingKeys: String, CodingKey {
            case second, calls, failures
            case latency = "latency_microseconds"
        }
    }

    package let door: String
    package let mix: String
    package let loop: String
    package let inFlight: Int
    /// Calls a second that were due; nil in a closed loop.
    package let rate: Double?
    package let connections: Int
    package let tenants: Int
    package let skew: String
    /// Of the measured time; of a run that was interrupted what there was of it.
    package let durationSeconds: Double
    package let wasInterrupted: Bool
    /// Seconds of it without any connection.
    package let disconnectedSeconds: Double
    /// Those that succeeded.
    package let calls: Int
    /// Successes that came in the measured time. In an open loop some of `calls` may have come after it.
    package let callsPerSecond: Double
    package let latency: Latency
    /// By code.
    package let failures: [String: Int]
    /// The same with their latencies.
    package let byFailure: [String: Method]
    /// By reason.
    package let failureReasons: [String: Int]
    package let failureLatency: Latency
    package let processorMicrosecondsPerCall: Double
    /// Of one processor, how much the load generator had.
    package let processorShare: Double
    /// By name, of those that were called.
    package let byMethod: [String: Method]
    /// Nil without a noisy tenant.
    package let byGroup: Groups?
    package let bySecond: [Second]
    /// For the plot: latencies by percentile.
    let curve: [(percentile: Double, microseconds: Int)]

    enum CodingKeys: String, CodingKey {
        case door, mix, loop, rate, connections, tenants, skew, calls, failures
        case inFlight = "in_flight"
        case durationSeconds = "duration_seconds"
        case wasInterrupted = "interrupted"
        case disconnectedSeconds = "disconnected_seconds"
        case callsPerSecond = "calls_per_second"
        case latency = "latency_microseconds"
        case failureReasons = "failure_reasons"
        case failureLatency = "failure_latency_microseconds"
        case processorMicrosecondsPerCall = "client_cpu_microseconds_per_call"
        case processorShare = "client_cpu_processors"
        case byFailure = "by_failure"
        case byMethod = "by_method"
        case byGroup = "by_group"
        case bySecond = "by_second"
    }

    package var failureCount: Int { failures.values.reduce(0, +) }
}
