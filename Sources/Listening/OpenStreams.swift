package import AgentdCore
internal import Metrics
internal import Services
internal import Synchronization

/// Bounds the streams that are open over all connections: they go on for as long as their clients like, and whoever
/// watches the health of the daemon needs no token. Shared by all event loops.
package final class OpenStreams: Sendable {
    private let count = Atomic(0)
    private let open = Meter(label: "agentd_open_streams")

    package init() {}

    /// What one open stream holds from its beginning to its end.
    package final class Place: Sendable {
        private let streams: OpenStreams

        fileprivate init(in streams: OpenStreams) { self.streams = streams }

        deinit { streams.leave() }
    }

    /// - Parameter limit: The most streams that may be open.
    package func place(limit: Int) throws(ServiceError) -> Place {
        guard count.add(1, ordering: .relaxed).newValue <= limit else {
            count.subtract(1, ordering: .relaxed)
            throw .tooManyStreams(limit: limit)
        }
        open.increment()
        return Place(in: self)
    }

    private func leave() {
        count.subtract(1, ordering: .relaxed)
        open.decrement()
    }
}
