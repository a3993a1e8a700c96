internal import AgentdCore

/// Which failures are tried again, and how often.
///
/// Only what is safe is tried again: what was certainly not executed, and what may be executed twice without harm.
public struct RetryPolicy: Sendable, Equatable {
    /// How often a call is tried in all, the first time included.
    public var maximumAttempts = 5
    /// The longest wait before the second attempt; it doubles with each further one. The wait is a random part of it,
    /// so that clients do not come back all at once.
    public var initialBackoff: Duration = .milliseconds(100)
    /// No wait is longer.
    public var maximumBackoff: Duration = .seconds(5)

    /// The default policy.
    public init() {}

    /// A policy that tries everything once.
    public static var never: RetryPolicy {
        var policy = RetryPolicy()
        policy.maximumAttempts = 1
        return policy
    }

    /// How long to wait, in nanoseconds, after so many failures in a row.
    /// - Parameter chance: A random number from 0 to 1.
    func backoffNanoseconds(failures: Int, chance: Double) -> UInt64 {
        guard failures > 0 else { return 0 }
        let doublings = min(failures - 1, 30)
        let longest = min(
            Double(initialBackoff.wholeNanoseconds) * Double(1 << doublings),
            Double(maximumBackoff.wholeNanoseconds))
        return UInt64(longest * min(max(chance, 0), 1))
    }

    enum Verdict: Equatable {
        case fail(AgentdError)
        case retry(afterNanoseconds: UInt64)
    }

    /// What to do after an attempt that failed.
    /// - Parameters:
    ///   - attempt: How many attempts there were, this one included.
    ///   - remainingNanoseconds: Until the deadline of the call.
    ///   - chance: A random number from 0 to 1.
    func verdict(
        on failure: AttemptFailure, of kind: CallKind, attempt: Int, remainingNanoseconds: UInt64, chance: Double
    ) -> Verdict {
        guard attempt < maximumAttempts, let wait = wait(after: failure, of: kind, attempt: attempt, chance: chance),
            wait < remainingNanoseconds
        else { return .fail(failure.error(of: kind)) }
        return .retry(afterNanoseconds: wait)
    }

    /// Nil when the call must not, or need not, be tried again.
    private func wait(after failure: AttemptFailure, of kind: CallKind, attempt: Int, chance: Double) -> UInt64? {
        switch failure {
        case .notExecuted:
            // The next connection does the waiting, for all calls together.
            return 0
        case .answerLost:
            return kind.isRepeatable ? 0 : nil
        case .answered(let error):
            guard kind.isRepeatable, error.isTransient else { return nil }
            let backoff = backoffNanoseconds(failures: attempt, chance: chance)
            return error.retryDelay.map { $0.wholeNanoseconds + backoff } ?? backoff
        case .final:
            return nil
        }
    }
}

/// What a call may do when it is executed twice.
package enum CallKind: Sendable, Equatable {
    /// Nothing.
    case read
    /// Nothing more than once: its `request_id` says so to the daemon.
    case repeatableChange
    /// Something, each time.
    case change

    var isRepeatable: Bool {
        switch self {
        case .read, .repeatableChange: true
        case .change: false
        }
    }
}

/// How an attempt can fail.
enum AttemptFailure: Sendable, Equatable {
    /// Certainly not executed: it was never sent, or the server said so.
    case notExecuted(AgentdError)
    /// It was sent and the connection ended before its answer.
    case answerLost(AgentdError)
    /// The server answered with an error.
    case answered(AgentdError)
    /// The caller's own time or patience is over, or the client refuses the call.
    case final(AgentdError)

    /// As the caller is told when there is no further attempt.
    func error(of kind: CallKind) -> AgentdError {
        switch self {
        case .notExecuted(let error), .answered(let error), .final(let error): error
        case .answerLost(let error):
            switch kind {
            case .read: error
            case .repeatableChange:
                AgentdError(
                    .outcomeUnknown,
                    "\(error.message) Whether the change was made is not known; the same request_id repeats it safely.")
            case .change:
                AgentdError(.outcomeUnknown, "\(error.message) Whether the change was made is not known.")
            }
        }
    }
}

extension AgentdError {
    /// Whether the same call may well succeed a moment later.
    package var isTransient: Bool {
        switch code {
        case .unavailable: true
        case .unknown: has(.outcomeUnknown)
        case .aborted: has(.transactionConflict)
        // How many objects there are does not change by waiting.
        case .resourceExhausted: retryDelay != nil && !countsObjects
        case .cancelled, .invalidArgument, .deadlineExceeded, .notFound, .alreadyExists, .permissionDenied,
            .failedPrecondition, .outOfRange, .unimplemented, .internal, .dataLoss, .unauthenticated:
            false
        }
    }
    private var countsObjects: Bool { has(.agentQuota) || has(.userQuota) || has(.tokenQuota) }
}
