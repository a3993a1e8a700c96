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
        let (events, continuation) = AsyncStream.makeStream(of: IdentityChangeFeed.Event.self)
        let thread = Thread { [feed] in
            feed.listen(until: { stop.isSet }) { continuation.yield($0) }
            continuation.finish()
        }
        thread.name = "agentd-listener"
        thread.start()
        await withTaskCancellationOrGracefulShutdownHandler {
            for await event in events { await take(event) }
        } onCancelOrGracefulShutdown: {
            stop.set()
        }
    }

    private func take(_ event: IdentityChangeFeed.Event) async {
        switch event {
        case .changed(let changes):
            logger.debug("Changed: \(changes.map(\.description).sorted().joined(separator: "; "))")
            await announce(changes)
        case .heard:
            logger.debug("Changes made elsewhere are heard")
            setHeard(true)
        case .deaf(let reason):
            setHeard(false)
            logger.warning("Changes made elsewhere are not heard", metadata: ["reason": "\(reason)"])
        }
    }
}

/// Tells a thread to end.
private final class StopFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
}
