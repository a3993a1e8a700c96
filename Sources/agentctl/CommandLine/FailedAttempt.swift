internal import AgentdClient

/// A failure of a command that the same command with the same request id does not simply repeat: its request was made
/// of what only holds once, such as the time, or of what it had looked up.
struct FailedAttempt: Error {
    let error: AgentdError
    let repetition: Repetition
}

/// What makes the very request of a command again.
enum Repetition {
    /// The same command with the same request id.
    case sameCommand
    /// The same command with this besides, which reads on from "the same command with".
    case sameCommandWith(String)
    /// Nothing has to: the command had not come to its change.
    case notNeeded
}

extension Session {
    /// Makes a change.
    /// - Parameter difference: What has to be different in the command that repeats it; nil when nothing has.
    func change<Answer>(
        repeatedWith difference: String?, _ call: () async throws(AgentdError) -> Answer
    ) async throws -> Answer {
        do {
            return try await call()
        } catch {
            throw FailedAttempt(
                error: error, repetition: difference.map { .sameCommandWith($0) } ?? .sameCommand)
        }
    }

    /// Reads what a change needs to know.
    func lookUp<Answer>(_ call: () async throws(AgentdError) -> Answer) async throws -> Answer {
        do {
            return try await call()
        } catch {
            throw FailedAttempt(error: error, repetition: .notNeeded)
        }
    }
}
