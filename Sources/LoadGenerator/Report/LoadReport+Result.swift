internal import AgentdCore

extension LoadReport {
    /// For the plot; closer to each other where less calls are.
    private static let curvePercentiles: [Double] = [
        0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 92, 94, 95, 96, 97, 98, 99, 99.2, 99.5, 99.7, 99.9, 99.95, 99.99, 99.999,
    ]

    init(_ result: LoadResult) {
        let (plan, recorder) = (result.plan, result.recorder)
        let all = recorder.latencies()
        let failed = recorder.failures
        door = plan.door.rawValue
        mix = plan.mix.rawValue
        skew = plan.skew.description
        switch plan.pace {
        case .closed:
            loop = "closed"
            rate = nil
        case .open(let callsPerSecond, _):
            loop = "open"
            rate = callsPerSecond
        }
        inFlight = result.callsInFlight
        connections = plan.connections
        tenants = result.tenants
        // A run may be interrupted in its first moment.
        let milliseconds = max((recorder.measured.upperBound - recorder.measured.lowerBound) / 1_000_000, 1)
        durationSeconds = Double(milliseconds) / 1_000
        wasInterrupted = result.wasInterrupted
        disconnectedSeconds = (Double(result.disconnectedNanoseconds) / 1e9).roundedToTenths
        calls = all.count
        callsPerSecond = (Double(recorder.succeededMeanwhile) / durationSeconds).roundedToTenths
        latency = Latency(all)
        failures = Self.counts(failed) { $0.code.name }
        failureReasons = Self.counts(failed) { $0.reason }
        failureLatency = Latency(recorder.failureLatencies())
        processorMicrosecondsPerCall =
            recorder.endedMeanwhile == 0
            ? 0 : (Double(result.processorMicroseconds) / Double(recorder.endedMeanwhile) * 100).rounded() / 100
        processorShare = (Double(result.processorMicroseconds) / Double(milliseconds) / 10).rounded() / 100
        byFailure = failures.reduce(into: [:]) { methods, entry in
            let latencies = recorder.failureLatencies { $0 == entry.key }
            methods[entry.key] = Method(calls: entry.value, latency: Latency(latencies))
        }
        let methods = LoadMethod.allCases.map { ($0.name, recorder.latencies(method: $0)) }
            .filter { $0.1.count > 0 }
            .map { ($0, Method(calls: $1.count, latency: Latency($1))) }
        byMethod = Dictionary(uniqueKeysWithValues: methods)
        byGroup =
            plan.skew.isNoisy
            ? Groups(
                noisy: Self.group(.noisyTenant, recorder), others: Self.group(.others, recorder))
            : nil
        bySecond = recorder.series.seconds.enumerated().map { index, second in
            Second(
                second: index, calls: second.calls, failures: second.failures,
                latency: Second.Latency(p50: second.p50, p99: second.p99))
        }
        curve = all.count == 0 ? [] : Self.curvePercentiles.map { ($0, all.percentile($0)) }
    }

    private static func group(_ group: CallerGroup, _ recorder: Recorder) -> Group {
        let latencies = recorder.latencies(group: group)
        let failed = recorder.failures.filter { $0.key.group == group }
        return Group(
            calls: latencies.count, latency: Latency(latencies), failures: counts(failed) { $0.code.name },
            failureLatency: Latency(recorder.failureLatencies(group: group)))
    }

    private static func counts(
        _ failures: [Recorder.Failure: Int], by name: (Recorder.Failure) -> String
    ) -> [String: Int] {
        failures.reduce(into: [:]) { counts, entry in
            let name = name(entry.key)
            if !name.isEmpty { counts[name, default: 0] += entry.value }
        }
    }
}

extension Recorder.FailureCode {
    var name: String {
        switch self {
        case .status(let code): StatusCode(rawValue: code)?.name ?? StatusCode.unknown.name
        case .notSent: "NOT_SENT"
        case .notAnswered: "NOT_ANSWERED"
        }
    }
}

extension Double {
    var roundedToTenths: Double { (self * 10).rounded() / 10 }
}
