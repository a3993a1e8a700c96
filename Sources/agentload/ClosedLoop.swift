internal import AgentdClient
internal import AgentdCore
internal import Histogram

/// Keeps a number of calls in flight; each answer starts the next call.
struct ClosedLoop {
    let client: AgentdClient
    let targets: [Target]
    let callsInFlight: Int

    func run(warmUp: Duration, duration: Duration) async -> Report {
        let clock = ContinuousClock()
        let start = clock.now + warmUp
        let end = start + duration
        return await withTaskGroup(of: Report.self) { group in
            for _ in 0..<callsInFlight { group.addTask { await work(clock, from: start, to: end) } }
            var report = Report(callsInFlight: callsInFlight, duration: duration)
            for await part in group { report.add(part) }
            return report
        }
    }

    /// One call after the other. What ends within the measured time counts.
    private func work(_ clock: ContinuousClock, from start: ContinuousClock.Instant, to end: ContinuousClock.Instant)
        async -> Report
    {
        var report = Report(callsInFlight: callsInFlight, duration: end - start)
        var generator = FastRandomNumberGenerator()
        var began = clock.now
        while began < end {
            let target = targets[Int.random(in: targets.indices, using: &generator)]
            let id = target.agentIDs[Int.random(in: target.agentIDs.indices, using: &generator)]
            let failure: AgentdError?
            do {
                _ = try await client.getAgent(id: id, options: target.options)
                failure = nil
            } catch {
                failure = error
            }
            let ended = clock.now
            if ended >= start, ended < end { report.note(ended - began, failure) }
            began = ended
        }
        return report
    }
}
