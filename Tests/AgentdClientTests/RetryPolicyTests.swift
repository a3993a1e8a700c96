@testable internal import AgentdClient
internal import AgentdCore
internal import Testing

@Suite("RetryPolicy")
struct RetryPolicyTests {
    @Test(
        "The longest wait doubles with each failure up to a bound, and chance takes a part of it",
        arguments: [
            (0, 1.0, 0), (1, 1.0, 100), (2, 1.0, 200), (3, 1.0, 400), (3, 0.5, 200), (3, 0.0, 0), (7, 1.0, 5_000),
            (1_000, 1.0, 5_000),
        ])
    func backoff(failures: Int, chance: Double, milliseconds: UInt64) {
        let wait = RetryPolicy().backoffNanoseconds(failures: failures, chance: chance)
        #expect(wait == milliseconds * 1_000_000)
    }

    @Test("The daemon's own delay is waited at least")
    func retryDelay() {
        let error = AgentdError(
            code: .unavailable, reason: "DB_UNAVAILABLE", message: "", retryDelay: .milliseconds(700))
        let verdict = RetryPolicy().verdict(
            on: .answered(error), of: .read, attempt: 1, remainingNanoseconds: 10_000_000_000, chance: 0)
        #expect(verdict == .retry(afterNanoseconds: 700_000_000))
    }

    @Test(
        "A limit on calls is waited for as the daemon says; one on objects is not, it does not change by waiting",
        arguments: [
            (Reason.rateLimit, true), (.inFlightLimit, true), (.databaseQueueFull, true), (.agentQuota, false),
            (.userQuota, false), (.tokenQuota, false),
        ])
    func limits(reason: Reason, isTriedAgain: Bool) {
        let error = AgentdError(
            code: .resourceExhausted, reason: reason.rawValue, message: "", retryDelay: .milliseconds(50))
        let verdict = RetryPolicy().verdict(
            on: .answered(error), of: .repeatableChange, attempt: 1, remainingNanoseconds: .max, chance: 0)
        #expect(verdict == (isTriedAgain ? .retry(afterNanoseconds: 50_000_000) : .fail(error)))
    }

    @Test("A wait beyond the deadline is not begun")
    func deadline() {
        let error = AgentdError(.databaseUnavailable, "")
        let verdict = RetryPolicy().verdict(
            on: .answered(error), of: .read, attempt: 1, remainingNanoseconds: 99_000_000, chance: 1)
        #expect(verdict == .fail(error))
    }

    @Test("A plain change is only tried again when it was certainly not executed")
    func plainChange() {
        let error = AgentdError(.databaseUnavailable, "")
        func verdict(_ failure: AttemptFailure) -> RetryPolicy.Verdict {
            RetryPolicy().verdict(on: failure, of: .change, attempt: 1, remainingNanoseconds: .max, chance: 0)
        }
        #expect(verdict(.notExecuted(error)) == .retry(afterNanoseconds: 0))
        #expect(verdict(.answered(error)) == .fail(error))
        #expect(verdict(.final(error)) == .fail(error))
        guard case .fail(let failure) = verdict(.answerLost(error)) else {
            Issue.record("a change whose answer was lost was tried again")
            return
        }
        #expect(failure.reason == "OUTCOME_UNKNOWN")
    }
}
