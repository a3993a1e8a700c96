import Testing

internal import AgentdCore
internal import Postgres
@testable internal import Storage

@Suite("Attempts", .timeLimit(.minutes(1)))
struct AttemptsTests {
    private static let soon = Deadline(uptimeNanoseconds: MonotonicClock.now + 60_000_000_000)

    @Test("What collided runs again after a pause, three times in all", arguments: ["40001", "40P01"])
    func collisions(sqlState: String) async throws {
        for failures in 0...2 {
            var runs = 0
            let answer = try await Attempts.run(repeatable: false, deadline: Self.soon) { () throws(PostgresError) in
                runs += 1
                if runs <= failures { throw Self.refusal(sqlState) }
                return "done"
            }
            #expect(answer == "done" && runs == failures + 1)
        }
        var runs = 0
        await Self.expectFailure(.transactionConflict) { () async throws(ServiceError) in
            try await Attempts.run(repeatable: true, deadline: Self.soon) { () throws(PostgresError) in
                runs += 1
                throw Self.refusal(sqlState)
            }
        }
        #expect(runs == 3)
    }

    @Test("The pause is never longer than its caller waits: then the next attempt says that it is too late")
    func pauseAtTheDeadline() async {
        let passed = Deadline(uptimeNanoseconds: MonotonicClock.now)
        var runs = 0
        await Self.expectFailure(.deadlineExceeded) { () async throws(ServiceError) in
            try await Attempts.run(repeatable: true, deadline: passed) { () throws(PostgresError) in
                runs += 1
                throw runs == 1 ? Self.refusal("40001") : .deadlineExceeded
            }
        }
        #expect(runs == 2)
    }

    @Test("Who is cancelled during the pause does not try again")
    func cancelled() async {
        let task = Task {
            var runs = 0
            await Self.expectFailure(.cancelled) { () async throws(ServiceError) in
                try await Attempts.run(repeatable: true, deadline: Self.soon) { () throws(PostgresError) in
                    runs += 1
                    withUnsafeCurrentTask { $0?.cancel() }
                    throw Self.refusal("40001")
                }
            }
            return runs
        }
        #expect(await task.value == 1)
    }

    @Test("What a second attempt does not mend is not tried again", arguments: ["23505", "22012", "57014"])
    func noSecondAttempt(sqlState: String) async {
        var runs = 0
        do {
            try await Attempts.run(repeatable: true, deadline: Self.soon) { () throws(PostgresError) in
                runs += 1
                throw Self.refusal(sqlState)
            }
            Issue.record("it succeeded")
        } catch {
            #expect(runs == 1)
        }
    }

    private static func refusal(_ sqlState: String) -> PostgresError {
        .server(ServerError(sqlState: sqlState, message: "a refusal"))
    }

    private static func expectFailure(
        _ reason: Reason, _ body: () async throws(ServiceError) -> Void
    ) async {
        do {
            try await body()
            Issue.record("it succeeded")
        } catch {
            #expect(error.reason == reason)
        }
    }
}
