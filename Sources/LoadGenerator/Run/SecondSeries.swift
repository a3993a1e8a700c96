/// What happened in each second of the measured time.
struct SecondSeries: Sendable {
    struct Second: Sendable {
        var calls = 0
        var failures = 0
        /// In microseconds.
        var p50 = 0
        var p99 = 0
    }

    /// A second whose calls may still be answered keeps its histogram; after so many more it is taken to be complete.
    private static let openSeconds = 60

    private var closed: [Second] = []
    private var open: [OpenSecond] = []

    private struct OpenSecond: Sendable {
        var failures = 0
        var latencies = LatencyHistogram(isRough: true)

        var second: Second {
            Second(
                calls: latencies.count, failures: failures, p50: latencies.percentile(50),
                p99: latencies.percentile(99))
        }
    }

    mutating func recordCall(second: Int, nanoseconds: UInt64) {
        guard let index = openIndex(second) else { return closed[second].calls += 1 }
        open[index].latencies.record(nanoseconds: nanoseconds)
    }

    mutating func recordFailure(second: Int) {
        guard let index = openIndex(second) else { return closed[second].failures += 1 }
        open[index].failures += 1
    }

    /// Where it is among the open ones; nil when it is complete.
    private mutating func openIndex(_ second: Int) -> Int? {
        guard second >= closed.count else { return nil }
        while second >= closed.count + open.count {
            open.append(OpenSecond())
            if open.count > Self.openSeconds { closed.append(open.removeFirst().second) }
        }
        return second < closed.count ? nil : second - closed.count
    }

    var seconds: [Second] { closed + open.map(\.second) }
}
