internal import AgentdCore
internal import Postgres

/// Decides whether a failed segment runs again. It failed as a whole, so running it again is safe unless its outcome is
/// unknown; then it is safe only if it is repeatable.
struct Attempts {
    /// PostgreSQL's advice for serialization failures and deadlocks is to try again; three times is where it stops
    /// helping.
    private static let maximum = 3

    private let repeatable: Bool
    private var failures = 0
    /// Whether an earlier run may have happened, although nobody was told.
    private var mayHaveHappened = false

    private init(repeatable: Bool) { self.repeatable = repeatable }

    /// Runs a segment, and again when that is safe and may help.
    /// - Parameter repeatable: Whether running it again has no second effect.
    /// - Throws: What the caller is told.
    static func run<Output>(
        repeatable: Bool, _ segment: () async throws(PostgresError) -> Output
    ) async throws(ServiceError) -> Output {
        var attempts = Attempts(repeatable: repeatable)
        while true {
            do {
                return try await segment()
            } catch {
                try attempts.failed(error)
            }
        }
    }

    /// Returns when the segment is to be run again.
    private mutating func failed(_ error: PostgresError) throws(ServiceError) {
        failures += 1
        guard failures < Self.maximum, mayRepeat(error) else { throw explained(error) }
        if case .connectionLost(sent: true) = error { mayHaveHappened = true }
    }

    /// That this run did not happen says nothing of the one before.
    private func explained(_ error: PostgresError) -> ServiceError {
        let explained = ServiceError(error)
        let saysItDidNot = [.unavailable, .resourceExhausted].contains(explained.code)
        return mayHaveHappened && saysItDidNot ? ServiceError(.connectionLost(sent: true)) : explained
    }

    private func mayRepeat(_ error: PostgresError) -> Bool {
        switch error {
        case .server(let error):
            switch error.sqlState {
            case "40001", "40P01": true
            // The same request id was used at the same moment: the second run finds the answer of the first.
            case "23505": error.constraint == "request_ids_pkey"
            default: false
            }
        case .connectionLost(let sent): !sent || repeatable
        case .queueFull, .queueTimeout, .deadlineExceeded, .cancelled, .closed, .unavailable, .decoding: false
        }
    }
}
