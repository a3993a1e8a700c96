internal import NIOCore

extension LoadRun {
    /// How long answers are awaited after the end.
    private static let drainTime = TimeAmount.seconds(10)

    func drain() {
        processorMicroseconds = ProcessorTime.microseconds - processorMicroseconds
        phase = .draining
        timers.append(eventLoop.assumeIsolated().scheduleTask(in: Self.drainTime) { self.giveUp() })
        takeTurn(after: nil)
    }

    func finishWhenAnswered() {
        if backlog.count == 0, connections.allSatisfy({ $0.callsInFlight == 0 }) { finish() }
    }

    /// What has no answer by now has failed.
    private func giveUp() {
        let now = Self.now
        // In a closed loop a call counts where it ends; one that does not end counts at the end.
        let end = plan.isOpenLoop ? now : recorder.measured.upperBound - 1
        for group in CallerGroup.allCases {
            while let arrival = backlog.popFirst(of: group) {
                recorder.failed(arrival.call, .notSent, since: arrival.since, at: now)
            }
        }
        for connection in connections {
            for sent in connection.close() {
                recorder.failed(sent.call, .notAnswered, since: sent.since, at: max(end, sent.since))
            }
        }
        finish()
    }

    private func finish() {
        guard phase != .ended else { return }
        stop()
        promise.succeed(
            LoadResult(
                plan: plan, callsInFlight: callsAllowed, tenants: targets.count,
                recorder: recorder, processorMicroseconds: processorMicroseconds))
    }

    /// The most calls in flight.
    private var callsAllowed: Int {
        switch plan.pace {
        case .closed(let inFlight): inFlight
        case .open: connections.reduce(0) { $0 + $1.room }
        }
    }

    func fail(_ problem: LoadProblem) {
        guard phase != .ended else { return }
        stop()
        promise.fail(problem)
    }

    private func stop() {
        phase = .ended
        tick?.cancel()
        progressTimer?.cancel()
        for timer in timers { timer.cancel() }
        timers = []
        for connection in connections { connection.close() }
        dirty = []
    }
}
