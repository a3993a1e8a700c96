internal import LoopExecutor
internal import NIOEmbedded

/// An event loop that runs on the thread that asks it to, and never waits.
final class LocalLoop {
    let eventLoop = EmbeddedEventLoop()
    private lazy var executor = EventLoopTaskExecutor(eventLoop)

    /// Runs an operation to its end.
    func run<Value: Sendable>(_ operation: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        Task(executorPreference: executor) {
            do {
                outcome.result = .success(try await operation())
            } catch {
                outcome.result = .failure(error)
            }
        }
        eventLoop.run()
        guard let result = outcome.result else {
            throw Benchmark.Failure(description: "the work waits for something that is not on its loop")
        }
        return try result.get()
    }

    /// Unchecked: it is touched by the thread of the loop alone.
    private final class Outcome<Value: Sendable>: @unchecked Sendable {
        var result: Result<Value, any Error>?
    }
}
