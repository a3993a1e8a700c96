internal import NIOCore

extension LoadRun {
    /// How long answers are awaited after the end.
    private static let drainTime = TimeAmount.seconds(10)

    /// How long they are after an interruption.
    private static let interruptedDrainTime = TimeAmount.seconds(1)

    func drain() {
        guard phase == .running else { return }
        processorMicroseconds = ProcessorTime.microseconds - processorMicroseconds
        phase = .draining
        let time = wasInterrupted ? Self.interruptedDrainTime : Self.drainTime
        timers.append(eventLoop.assumeIsolated().scheduleTask(in: time) { self.giveUp() })
        takeTurn(after: nil)
    }

    /// Ends it before its time; what was measured counts.
    func interrupt() {
        switch phase {
        case .opening: fail(LoadProblem(.interrupted, "interrupted before the first call"))
        case .running:
            let now = Self.now
            guard now > recorder.measured.lowerBound else {
                return fail(LoadProblem(.interrupted, "interrupted in the warm-up: nothing was measured"))
            }
            wasInterrupted = true
            recorder.end(at: now)
            arrivals = nil
            drain()
        // All is measured: only the last answers are not awaited any longer.
        case .draining: giveUp()
        case .ended: break
        }
    }

    func finishWhenAnswered() {
        guard connections.allSatisfy({ $0.callsInFlight == 0 }) else { return }
        // Nothing can be sent any more where there is no connection at the end.
        if backlog.count == 0 || disconnectedSince != nil { giveUp() }
    }

    /// - Parameter now: Until when there was no connection.
    func countDisconnected(until now: UInt64) {
        guard let since = disconnectedSince else { return }
        disconnectedSince = nil
        let time = (since..<max(since, now)).clamped(to: recorder.measured)
        disconnectedNanoseconds += time.upperBound - time.lowerBound
    }

    /// What has no answer by now has failed.
    private func giveUp() {
        guard phase != .ended else { return }
        let now = Self.now
        let reason = disconnectedSince == nil ? Recorder.tooLate : Recorder.noConnection
        // In a closed loop a call counts where it ends; one that does not end counts at the end.
        let end = plan.isOpenLoop ? now : recorder.measured.upperBound - 1
        for group in CallerGroup.allCases {
            while let arrival = backlog.popFirst(of: group) {
                recorder.failed(arrival.call, .notSent, reason: reason, since: arrival.since, at: now)
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
        countDisconnected(until: recorder.measured.upperBound)
        stop()
        promise.succeed(
            LoadResult(
                plan: plan, callsInFlight: callsAllowed, tenants: targets.count, recorder: recorder,
                wasInterrupted: wasInterrupted, disconnectedNanoseconds: disconnectedNanoseconds,
                processorMicroseconds: processorMicroseconds))
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
