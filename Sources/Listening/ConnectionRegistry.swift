internal import NIOCore
internal import Synchronization

/// The open connections of all event loops, for their limit and for the end.
final class ConnectionRegistry: Sendable {
    typealias Connection = (channel: any Channel, client: NIOLoopBound<ClientConnection>)

    /// What becomes of a new connection.
    enum Admission {
        case served
        /// It is told that it is one too many.
        case refused
        /// Nobody has time to tell it anything.
        case closed
        /// The listener ends.
        case tooLate
    }

    /// Connections beyond the limit that may be told so at the same time; a flood of more is closed without a word.
    private static let maximumRefused = 256

    private struct State {
        var served: [ObjectIdentifier: Connection] = [:]
        var refused: [ObjectIdentifier: Connection] = [:]
        var isDraining = false
        var whenEmpty: [EventLoopPromise<Void>] = []

        var isEmpty: Bool { served.isEmpty && refused.isEmpty }
        var all: [Connection] { Array(served.values) + Array(refused.values) }
    }

    private let state = Mutex(State())

    /// Connections that are served.
    var count: Int { state.withLock { $0.served.count } }

    /// Counts a connection until it ends. On its event loop.
    /// - Parameter maximum: Connections that may be served at once.
    func opened(_ channel: any Channel, _ client: NIOLoopBound<ClientConnection>, maximum: Int) -> Admission {
        let key = ObjectIdentifier(channel)
        let admission = state.withLock { state -> Admission in
            if state.isDraining { return .tooLate }
            if state.served.count < maximum {
                state.served[key] = (channel, client)
                return .served
            }
            guard state.refused.count < Self.maximumRefused else { return .closed }
            state.refused[key] = (channel, client)
            return .refused
        }
        channel.closeFuture.whenComplete { _ in self.closed(key) }
        return admission
    }

    private func closed(_ key: ObjectIdentifier) {
        let promises = state.withLock { state -> [EventLoopPromise<Void>] in
            state.served[key] = nil
            state.refused[key] = nil
            guard state.isEmpty else { return [] }
            defer { state.whenEmpty.removeAll() }
            return state.whenEmpty
        }
        for promise in promises { promise.succeed() }
    }

    /// Takes no connections any more.
    /// - Returns: Those that are open.
    func beginDraining() -> [Connection] {
        state.withLock { state in
            state.isDraining = true
            return state.all
        }
    }

    func waitUntilEmpty(atMost limit: TimeAmount, on eventLoop: any EventLoop) async {
        let promise = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if !state.isEmpty { state.whenEmpty.append(promise) }
            return state.isEmpty
        }
        if isEmpty { promise.succeed() }
        let timeout = eventLoop.scheduleTask(in: limit) { promise.succeed() }
        try? await promise.futureResult.get()
        timeout.cancel()
    }
}
