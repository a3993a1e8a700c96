internal import AgentdCore
internal import Postgres

/// Decides whether a failed segment runs again. It failed as a whole, so running it again is safe unless its outcome is
/// unknown; then it is safe only if it is repeatable.
struct Attempts {
    /// The longest pauses before the second and the third run of what collided. The real ones are random, so that those
    /// who collided do not meet again: the first time within what a few of our transactions take, which is some
    /// milliseconds each; if that did not part them, within four times as much.
    private static let longestPausesMilliseconds: [UInt64] = [10, 40]
    /// PostgreSQL's advice for serialization failures and deadlocks is to try again; three times is where it stops
    /// helping.
    static let maximum = longestPausesMilliseconds.count + 1

    /// How a segment runs again.
    private enum Repetition {
        case atOnce
        /// After a random pause.
        case afterPause
    }

    private let repeatable: Bool
    private var failures = 0
    /// Whether an earlier run may have happened, although nobody was told.
    private var mayHaveHappened = false

    private init(repeatable: Bool) { self.repeatable = repeatable }

    /// Runs a segment, and again when that is safe and may help.
    /// - Parameters:
    ///   - repeatable: Whether running it again has no second effect.
    ///   - deadline: When its caller stops waiting: no pause is longer.
    /// - Throws: What the caller is told.
    static func run<Output>(
        repeatable: Bool, deadline: Deadline, _ segment: () async throws(PostgresError) -> Output
    ) async throws(ServiceError) -> Output {
        var attempts = Attempts(repeatable: repeatable)
        while true {
            do {
                return try await segment()
            } catch {
                if try attempts.repetition(after: error) == .afterPause { try await attempts.pause(until: deadline) }
            }
        }
    }

    /// - Throws: When the segment does not run again.
    private mutating func repetition(after error: PostgresError) throws(ServiceError) -> Repetition {
        failures += 1
        guard failures < Self.maximum, let repetition = advice(on: error) else { throw explained(error) }
        if case .connectionLost(sent: true) = error { mayHaveHappened = true }
        return repetition
    }

    private func pause(until deadline: Deadline) async throws(ServiceError) {
        let now = MonotonicClock.now
        let remaining = deadline.hasPassed(at: now) ? 0 : deadline.uptimeNanoseconds - now
        let longest = Self.longestPausesMilliseconds[failures - 1] * 1_000_000
        do {
            try await Task.sleep(nanoseconds: .random(in: 0...min(longest, remaining)))
        } catch {
            throw explained(.cancelled)
        }
    }

    /// That this run did not happen says nothing of the one before.
    private func explained(_ error: PostgresError) -> ServiceError {
        let explained = ServiceError(error)
        let saysItDidNot = [.unavailable, .resourceExhausted].contains(explained.code)
        return mayHaveHappened && saysItDidNot ? ServiceError(.connectionLost(sent: true)) : explained
    }

    /// What may help; nil when running it again is not safe or does not help.
    private func advice(on error: PostgresError) -> Repetition? {
        switch error {
        case .server(let error):
            switch error.sqlState {
            case "40001", "40P01": .afterPause
            // The same request id was used at the same moment: the second run finds the answer of the first.
            case "23505": error.constraint == "request_ids_pkey" ? .atOnce : nil
            default: nil
            }
        case .connectionLost(let sent): !sent || repeatable ? .atOnce : nil
        case .queueFull, .queueTimeout, .deadlineExceeded, .cancelled, .closed, .unavailable, .decoding: nil
        }
    }
}
