@testable internal import LoadGenerator
internal import Testing

@Suite("What is recorded")
struct RecorderTests {
    private static let second: UInt64 = 1_000_000_000
    private static let call = Call(tenant: 0, method: .getAgent, agent: 0)

    private func recorder(isOpenLoop: Bool) -> Recorder {
        Recorder(measured: 10 * Self.second..<20 * Self.second, isOpenLoop: isOpenLoop)
    }

    @Test("Latency counts from when a call was due, in microseconds, to a thousandth")
    func latency() {
        var recorder = recorder(isOpenLoop: true)
        for milliseconds in 1...1_000 {
            let due = 11 * Self.second
            recorder.succeeded(Self.call, since: due, at: due + UInt64(milliseconds) * 1_000_000)
        }
        let latencies = recorder.latencies()
        #expect(latencies.count == 1_000)
        for (percentile, expected) in [(50.0, 500_000), (90, 900_000), (99, 990_000), (99.9, 999_000)] {
            #expect(abs(latencies.percentile(percentile) - expected) <= expected / 1_000)
        }
        #expect(abs(latencies.maximum - 1_000_000) <= 1_000)
        #expect(abs(latencies.mean - 500_500) <= 1_000)
    }

    @Test("In an open loop a call is of the second in which it was due, in a closed one of that in which it ended")
    func seconds() {
        for isOpenLoop in [true, false] {
            var recorder = recorder(isOpenLoop: isOpenLoop)
            // Due before the measured time, within it, and answered after it.
            recorder.succeeded(Self.call, since: 9 * Self.second, at: 11 * Self.second)
            recorder.succeeded(Self.call, since: 12 * Self.second, at: 14 * Self.second)
            recorder.succeeded(Self.call, since: 19 * Self.second, at: 21 * Self.second)
            let counts = recorder.series.seconds.map(\.calls)
            #expect(counts == (isOpenLoop ? [0, 0, 1, 0, 0, 0, 0, 0, 0, 1] : [0, 1, 0, 0, 1]))
            #expect(recorder.latencies().count == 2)
            #expect(recorder.succeededMeanwhile == 2)
        }
    }

    @Test("A second that is long past still counts its calls")
    func longRun() {
        var recorder = Recorder(measured: 0..<300 * Self.second, isOpenLoop: true)
        for second in 0..<300 as Range<UInt64> {
            recorder.succeeded(Self.call, since: second * Self.second, at: second * Self.second + 2_000_000)
        }
        recorder.succeeded(Self.call, since: 0, at: 299 * Self.second)
        recorder.failed(Self.call, .notAnswered, since: 0, at: 299 * Self.second)
        let seconds = recorder.series.seconds
        #expect(seconds.count == 300)
        #expect(seconds[0].calls == 2 && seconds[0].failures == 1)
        #expect(seconds.dropFirst().allSatisfy { $0.calls == 1 && $0.failures == 0 })
        #expect(seconds.allSatisfy { (1_900...2_100).contains($0.p50) })
    }

    @Test("Failures have a latency of their own, and are told apart by group, code and reason")
    func failures() {
        var recorder = recorder(isOpenLoop: true)
        let noisy = Call(tenant: 0, method: .getAgent, agent: 0, group: .noisyTenant)
        let other = Call(tenant: 3, method: .listAgents, agent: 0)
        let due = 12 * Self.second
        recorder.failed(noisy, .status(8), reason: "RATE_LIMIT", since: due, at: due + 1_000_000)
        recorder.failed(noisy, .status(8), reason: "RATE_LIMIT", since: due, at: due + 1_000_000)
        recorder.failed(other, .notSent, since: due, at: due + 5_000_000)
        recorder.succeeded(other, since: due, at: due + 1_000)
        #expect(
            recorder.failures == [
                .init(group: .noisyTenant, code: .status(8), reason: "RATE_LIMIT"): 2,
                .init(group: .others, code: .notSent, reason: ""): 1,
            ])
        #expect(recorder.failureLatencies().count == 3)
        #expect((4_990...5_010).contains(recorder.failureLatencies().maximum))
        #expect(recorder.failureLatencies(group: .noisyTenant).count == 2)
        #expect((990...1_010).contains(recorder.failureLatencies(group: .noisyTenant).maximum))
        #expect(recorder.latencies(group: .noisyTenant).count == 0)
        #expect(recorder.latencies(method: .listAgents).count == 1)
    }
}
