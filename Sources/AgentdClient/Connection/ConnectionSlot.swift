internal import Logging
internal import Synchronization

/// A place for one connection: makes it when a call wants it and there is none, and again when it has ended, not faster
/// than the back-off allows.
final class ConnectionSlot: Sendable {
    private struct State {
        var connection: Connection?
        /// Connections in a row that ended before they answered a call.
        var failures = 0
        var lastFailure: String?
        var isClosed = false
    }

    private let configuration: AgentdClient.Configuration
    private let state = Mutex(State())

    init(configuration: AgentdClient.Configuration) { self.configuration = configuration }

    /// The connection for the next call; nil when the client is closed.
    func connection() -> Connection? {
        state.withLock { state in
            if state.isClosed { return nil }
            if let connection = state.connection, connection.takesCalls { return connection }
            let rest = configuration.retries.backoffNanoseconds(
                failures: state.failures, chance: Double.random(in: 0...1))
            let connection = Connection(
                configuration: configuration, restNanoseconds: rest, earlierFailure: state.lastFailure
            ) { [weak self] end in
                self?.connectionEnded(end)
            }
            state.connection = connection
            return connection
        }
    }

    /// On the event loop of the connection.
    private func connectionEnded(_ end: Connection.End) {
        state.withLock { state in
            state.failures = end.answeredCalls ? 0 : state.failures + 1
            state.lastFailure = end.failure
        }
    }

    /// Makes no further connection, and has the present one end when its calls are answered.
    func close() -> Connection? {
        let connection = state.withLock { state in
            state.isClosed = true
            defer { state.connection = nil }
            return state.connection
        }
        connection?.finish()
        return connection
    }
}
