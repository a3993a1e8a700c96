/// Counts what became of the calls of the measured time. Times are nanoseconds of the monotonic clock.
struct Recorder: Sendable {
    /// How a call can fail.
    enum FailureCode: Hashable, Sendable {
        /// What the daemon answered, a code of gRPC.
        case status(UInt32)
        /// It was due and waited, until others behind it were too many or the run was over.
        case notSent
        /// It was sent, and no answer had come some time after the end.
        case notAnswered
    }

    /// Why what was due was not sent, where that is why.
    static let noConnection = "NO_CONNECTION"
    /// It still waited behind others when nothing was awaited any longer.
    static let tooLate = "TOO_LATE"

    struct Failure: Hashable, Sendable {
        let group: CallerGroup
        let code: FailureCode
        let reason: String
    }

    private(set) var measured: Range<UInt64>
    private let isOpenLoop: Bool
    /// By group and method; nil where there was no call.
    private var latencies: [LatencyHistogram?]
    /// By group.
    private var failureLatencies: [[FailureCode: LatencyHistogram]] = CallerGroup.allCases.map { _ in [:] }
    private(set) var failures: [Failure: Int] = [:]
    private(set) var series = SecondSeries()
    /// Successes, and all calls that were sent, that ended in the measured time, whenever they were due.
    private(set) var succeededMeanwhile = 0
    private(set) var endedMeanwhile = 0
    /// Successes and failures so far, also of the warm-up.
    private(set) var callsSoFar = 0
    private(set) var failuresSoFar = 0

    init(measured: Range<UInt64>, isOpenLoop: Bool) {
        self.measured = measured
        self.isOpenLoop = isOpenLoop
        latencies = Array(repeating: nil, count: CallerGroup.allCases.count * LoadMethod.allCases.count)
    }

    /// The measured time ends now and not later.
    mutating func end(at now: UInt64) {
        measured = min(measured.lowerBound, now)..<min(measured.upperBound, now)
    }

    /// - Parameter since: When it was due.
    mutating func succeeded(_ call: Call, since: UInt64, at now: UInt64) {
        callsSoFar += 1
        if measured.contains(now) {
            succeededMeanwhile += 1
            endedMeanwhile += 1
        }
        guard let second = second(due: since, ended: now) else { return }
        let index = call.group.rawValue * LoadMethod.allCases.count + call.method.rawValue
        if latencies[index] == nil { latencies[index] = LatencyHistogram() }
        latencies[index]?.record(nanoseconds: now - since)
        series.recordCall(second: second, nanoseconds: now - since)
    }

    mutating func failed(_ call: Call, _ code: FailureCode, reason: String = "", since: UInt64, at now: UInt64) {
        failuresSoFar += 1
        if measured.contains(now), code != .notSent { endedMeanwhile += 1 }
        guard let second = second(due: since, ended: now) else { return }
        failureLatencies[call.group.rawValue][code, default: LatencyHistogram()].record(nanoseconds: now - since)
        failures[Failure(group: call.group, code: code, reason: reason), default: 0] += 1
        series.recordFailure(second: second)
    }

    /// The second of the measured time to which it belongs: in an open loop the one in which it was due, in a closed
    /// one that in which it ended. Nil when it is not measured.
    private func second(due: UInt64, ended: UInt64) -> Int? {
        let time = isOpenLoop ? due : ended
        guard measured.contains(time) else { return nil }
        return Int((time - measured.lowerBound) / 1_000_000_000)
    }

    /// - Parameters:
    ///   - group: Nil for all.
    ///   - isMeant: By what they are called in the report.
    func failureLatencies(group: CallerGroup? = nil, where isMeant: (String) -> Bool = { _ in true })
        -> LatencyHistogram
    {
        var sum = LatencyHistogram()
        for (index, histograms) in failureLatencies.enumerated() where group?.rawValue ?? index == index {
            for (code, histogram) in histograms where isMeant(code.name) { sum.add(histogram) }
        }
        return sum
    }

    /// - Parameters:
    ///   - group: Nil for all.
    ///   - method: Nil for all.
    func latencies(group: CallerGroup? = nil, method: LoadMethod? = nil) -> LatencyHistogram {
        var sum = LatencyHistogram()
        for (index, histogram) in latencies.enumerated() {
            let (itsGroup, itsMethod) = index.quotientAndRemainder(dividingBy: LoadMethod.allCases.count)
            if let histogram, group?.rawValue ?? itsGroup == itsGroup, method?.rawValue ?? itsMethod == itsMethod {
                sum.add(histogram)
            }
        }
        return sum
    }
}
