package import AgentdCore
internal import Foundation
package import Logging
internal import ServiceLifecycle
package import Storage
internal import Synchronization

/// Hears from the database of changes that verified tokens depend on, on a thread of its own, and hands them on.
package struct IdentityListener: Service {
    private let feed: IdentityChangeFeed
    private let announce: @Sendable (Set<IdentityChange>) async -> Void
    private let setHeard: @Sendable (Bool) -> Void
    private let logger: Logger

    /// - Parameters:
    ///   - announce: Takes changes; those of one batch at once.
    ///   - setHeard: Hears whether changes would be heard now. At first they are not.
    package init(
        feed: IdentityChangeFeed, announce: @escaping @Sendable (Set<IdentityChange>) async -> Void,
        setHeard: @escaping @Sendable (Bool) -> Void, logger: Logger
    ) {
        self.feed = feed
        self.announce = announce
        self.setHeard = setHeard
        self.logger = logger
    }

    package func run() async throws {
        let stop = StopFlag()
        let pending = PendingNews()
        let (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let thread = Thread { [feed] in
            feed.listen(until: { stop.isSet }) { event in
                pending.add(event)
                wake.yield()
            }
            wake.finish()
        }
        thread.name = "agentd-listener"
        thread.start()
        await withTaskCancellationOrGracefulShutdownHandler {
            for await _ in wakeUps { await take(pending.removeAll()) }
        } onCancelOrGracefulShutdown: {
            stop.set()
        }
    }

    private func take(_ news: PendingNews.State) async {
        if case .deaf(let reason)? = news.hearing {
            setHeard(false)
            logger.warning("Changes made elsewhere are not heard", metadata: ["reason": "\(reason)"])
        }
        if !news.changes.isEmpty {
            logger.debug("Changed: \(news.changes.count) tenants, users or keys")
            await announce(news.changes)
        }
        if case .heard? = news.hearing {
            logger.debug("Changes made elsewhere are heard")
            setHeard(true)
        }
    }
}

/// What was heard and not handed on yet: bounded, and each change once, however many there are.
final class PendingNews: Sendable {
    struct State {
        var changes: Set<IdentityChange> = []
        /// The latest that was said of hearing; nil when nothing was.
        var hearing: IdentityChangeFeed.Event?
    }

    /// From so many changes on it is simpler to forget everything.
    private static let maximumChanges = 4_096

    private let state = Mutex(State())

    func add(_ event: IdentityChangeFeed.Event) {
        state.withLock { state in
            switch event {
            case .changed(let changes):
                state.changes.formUnion(changes)
                if state.changes.count > Self.maximumChanges { state.changes = [.everything] }
            case .heard, .deaf:
                state.hearing = event
            }
        }
    }

    func removeAll() -> State {
        state.withLock { state in
            defer { state = State() }
            return state
        }
    }
}

/// Tells a thread to end.
private final class StopFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
