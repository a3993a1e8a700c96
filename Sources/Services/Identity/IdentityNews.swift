package import AgentdCore
internal import Synchronization

/// Brings changes that verified tokens depend on to every event loop of this daemon: those made here at once, and those
/// made elsewhere as the database tells of them.
package final class IdentityNews: Sendable {
    package typealias Subscriber = @Sendable (Set<IdentityChange>) async -> Void

    private let subscribers = Mutex<[Subscriber]>([])
    private let heard = Atomic(false)

    package init() {}

    /// Whether changes made elsewhere are heard now. While they are not, nobody believes what he remembers for long.
    package var isHeard: Bool { heard.load(ordering: .relaxed) }

    package func setHeard(_ isHeard: Bool) { heard.store(isHeard, ordering: .relaxed) }

    /// - Parameter subscriber: Forgets what it remembers of the changed; when it returns, it has.
    package func subscribe(_ subscriber: @escaping Subscriber) { subscribers.withLock { $0.append(subscriber) } }

    /// Returns when every event loop has forgotten.
    package func announce(_ changes: Set<IdentityChange>) async {
        for subscriber in subscribers.withLock({ $0 }) { await subscriber(changes) }
    }
}
