/// Work that somebody waits for only as long as it is wanted.
enum Abandonable {
    /// Waits for the work. When the task is cancelled it throws at once, and the work, which may block a thread for
    /// seconds, ends by itself.
    static func run<R: Sendable>(_ work: @escaping @Sendable () async throws -> R) async throws -> R {
        let (results, result) = AsyncStream.makeStream(of: Result<R, any Error>.self)
        let working = Task {
            do { result.yield(.success(try await work())) } catch { result.yield(.failure(error)) }
        }
        defer { working.cancel() }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
