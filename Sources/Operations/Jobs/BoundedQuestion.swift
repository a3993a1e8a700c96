internal import Synchronization

/// A question that is asked again and again. No more than one is under way: who does not answer holds nobody up, and
/// does not gather questions.
final class BoundedQuestion<Subject: Sendable, Answer: Sendable>: Sendable {
    struct NoAnswer: Error, CustomStringConvertible { let description: String }

    private let limit: Duration
    private let question: @Sendable (Subject) async throws -> Answer
    private let isUnderWay = Atomic(false)

    /// - Parameter limit: How long to wait for an answer.
    init(limit: Duration, _ question: @escaping @Sendable (Subject) async throws -> Answer) {
        self.limit = limit
        self.question = question
    }

    /// - Throws: What the question throws; `NoAnswer` when it takes too long, or one before still does; and
    ///   `CancellationError` at once when the task is cancelled.
    func ask(_ subject: Subject) async throws -> Answer {
        guard !isUnderWay.exchange(true, ordering: .acquiringAndReleasing) else {
            throw NoAnswer(description: "the question before is not answered yet")
        }
        let (answers, given) = AsyncStream.makeStream(of: Result<Answer, any Error>.self)
        let asking = Task {
            let answer: Result<Answer, any Error>
            do { answer = .success(try await question(subject)) } catch { answer = .failure(error) }
            isUnderWay.store(false, ordering: .releasing)
            given.yield(answer)
        }
        let timer = Task {
            try await Task.sleep(for: limit)
            given.yield(.failure(NoAnswer(description: "no answer in \(limit)")))
        }
        defer {
            asking.cancel()
            timer.cancel()
        }
        for await answer in answers { return try answer.get() }
        throw CancellationError()
    }
}
