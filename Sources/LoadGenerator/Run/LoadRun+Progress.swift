internal import NIOCore

extension LoadRun {
    private static let progressInterval = TimeAmount.seconds(1)
    private static let drainNewsNanoseconds: UInt64 = 500_000_000

    func scheduleProgress() {
        progressTimer = eventLoop.assumeIsolated().scheduleTask(in: Self.progressInterval) { self.tellProgress() }
    }

    private func tellProgress() {
        guard phase == .running || phase == .draining, let onProgress else { return }
        let now = Self.now
        // The last answers mostly come at once: that is no news.
        if phase == .draining, now < recorder.measured.upperBound + Self.drainNewsNanoseconds {
            return scheduleProgress()
        }
        let interval = Double(now - progress.at) / 1e9
        let before = recorder.measured.lowerBound - min(plan.warmUp.nanoseconds, recorder.measured.lowerBound)
        onProgress(
            LoadProgress(
                // What it tells of has begun with the last progress.
                isWarmUp: progress.at < recorder.measured.lowerBound, isOver: phase == .draining,
                secondsDone: Double(min(now, recorder.measured.upperBound) - before) / 1e9,
                secondsInAll: Double(recorder.measured.upperBound - before) / 1e9,
                callsPerSecond: Double(recorder.callsSoFar - progress.calls) / interval,
                failuresPerSecond: Double(recorder.failuresSoFar - progress.failures) / interval,
                callsInFlight: connections.reduce(0) { $0 + $1.callsInFlight }, callsWaiting: backlog.count))
        progress = Progress(at: now, calls: recorder.callsSoFar, failures: recorder.failuresSoFar)
        scheduleProgress()
    }
}
