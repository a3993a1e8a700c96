@testable internal import LoadGenerator

/// Reports to look at.
enum SampleReport {
    private static let second: UInt64 = 1_000_000_000

    static func plan(_ pace: LoadPlan.Pace, mix: Mix = .mixed, skew: Skew = .uniform, seconds: Int = 3) -> LoadPlan {
        LoadPlan(
            door: .grpc, mix: mix, pace: pace, connections: 2, skew: skew, warmUp: .zero, duration: .seconds(seconds))
    }

    private static func group(_ tenant: Int, _ plan: LoadPlan) -> CallerGroup {
        plan.skew.isNoisy && tenant == 0 ? .noisyTenant : .others
    }

    /// Calls of a tenant that is first and of others, with latencies from 1 to 100 ms, and some failures.
    static func report(_ plan: LoadPlan, calls: Int = 3_000, failures: Int = 10) -> LoadReport {
        let length = plan.duration.nanoseconds
        var recorder = Recorder(measured: 0..<length, isOpenLoop: plan.isOpenLoop)
        for index in 0..<calls {
            let method = plan.mix.shares[index % plan.mix.shares.count].method
            let since = UInt64(index) * length / UInt64(calls)
            let latency = UInt64(1 + index % 100) * 1_000_000
            recorder.succeeded(
                Call(tenant: index % 4, method: method, agent: 0, group: group(index % 4, plan)), since: since,
                at: min(since + latency, length - 1))
        }
        for index in 0..<failures {
            let since = UInt64(index)
            let call = Call(tenant: index % 2, method: .getAgent, agent: 0, group: group(index % 2, plan))
            if index % 5 == 0 {
                recorder.failed(call, .notSent, since: since, at: since + second / 2)
            } else {
                recorder.failed(call, .status(8), reason: "RATE_LIMIT", since: since, at: since + 500_000)
            }
        }
        return LoadReport(
            LoadResult(
                plan: plan, callsInFlight: 64, tenants: 4, recorder: recorder, wasInterrupted: false,
                disconnectedNanoseconds: 0,
                processorMicroseconds: UInt64(calls * 3))
        )
    }
}
