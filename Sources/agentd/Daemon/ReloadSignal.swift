internal import Glibc
internal import Synchronization

/// SIGHUP: asks the daemon to look at its files again. It never ends the process.
final class ReloadSignal: Sendable {
    private struct State {
        var hasCome = false
        var listeners: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    init() {
        CaughtSignals.handle(SIGHUP) { [self] _ in signalReceived() }
    }

    private func signalReceived() {
        let listeners = state.withLock { state in
            state.hasCome = true
            return state.listeners
        }
        for listener in listeners { listener.yield() }
    }

    /// Yields when a signal comes, and at once when one has come before, which nobody may have heard. A new stream for
    /// each listener; signals that come while it is busy are one.
    func requests() -> AsyncStream<Void> {
        let (requests, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let hasCome = state.withLock { state in
            state.listeners.append(continuation)
            return state.hasCome
        }
        if hasCome { continuation.yield() }
        return requests
    }
}
