internal import Dispatch
internal import Glibc
internal import Synchronization

/// SIGTERM and SIGINT: the first asks the daemon to finish, the second ends the process at once.
final class TerminationSignals: Sendable {
    private struct State {
        var isRequested = false
        var listener: AsyncStream<Void>.Continuation?
    }

    /// Everything that a stop does has a bound of its own, and together they are well below. This is for what none of
    /// them knows.
    private static let longestStop = DispatchTimeInterval.seconds(29)
    private static let hinderedExit: Int32 = 70

    private let state = Mutex(State())

    init() {
        for signal in [SIGTERM, SIGINT] { CaughtSignals.handle(signal) { [self] in signalReceived($0) } }
    }

    /// Whether the first one has come.
    var isRequested: Bool { state.withLock { $0.isRequested } }

    private func signalReceived(_ signal: Int32) {
        let (isFirst, listener) = state.withLock { state in
            defer { state.isRequested = true }
            return (!state.isRequested, state.listener)
        }
        guard isFirst else {
            Output.error("A second signal: agentd ends at once.")
            _exit(128 + signal)
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.longestStop) {
            Output.error("agentd does not come to its end; it ends now, without waiting for what hinders it.")
            _exit(Self.hinderedExit)
        }
        listener?.yield()
    }

    /// Yields once when a signal comes, or has come. For one listener at a time.
    private func requests() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let isRequested = state.withLock { state in
            state.listener = continuation
            return state.isRequested
        }
        if isRequested { continuation.yield() }
        return stream
    }

    /// Runs an operation; at the first signal `request` is called, which is to end it.
    func run<R: Sendable>(
        _ operation: @escaping @Sendable () async throws -> R, onRequest request: @escaping @Sendable () async -> Void
    ) async throws -> R {
        let requests = requests()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in requests { await request() } }
            defer { group.cancelAll() }
            return try await operation()
        }
    }

    /// Runs an operation, which the first signal cancels.
    func cancelling<R: Sendable>(_ operation: @escaping @Sendable () async throws -> R) async throws -> R {
        let requests = requests()
        return try await withThrowingTaskGroup(of: R?.self) { group in
            group.addTask { try await operation() }
            group.addTask {
                for await _ in requests { break }
                return nil
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let finished { return finished }
                group.cancelAll()
            }
            throw CancellationError()
        }
    }
}
