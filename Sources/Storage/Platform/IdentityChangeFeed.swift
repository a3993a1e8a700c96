package import AgentdCore
internal import Glibc
internal import Postgres

/// What the database tells of changes that verified tokens depend on: triggers notify of each, as it is committed. A
/// connection can go deaf without a word, so the feed notifies itself every now and then and counts as deaf when it
/// does not hear that. After it was deaf everything may have changed.
package struct IdentityChangeFeed: Sendable {
    package enum Event: Sendable, Equatable {
        case changed(Set<IdentityChange>)
        /// From now on changes are heard.
        case heard
        /// From now on they are not.
        case deaf(reason: String)
    }

    /// As in the triggers.
    private static let channel = "agentd_identity"
    private static let heartbeat = "heartbeat"
    /// Between two notifications to itself.
    private static let heartbeatInterval = Duration.seconds(2)
    /// How long one may take: longer than any commit of a healthy database waits for others.
    private static let deafMilliseconds = 3_000
    private static let deafAfter = Duration.milliseconds(deafMilliseconds)
    /// How soon the end of listening is noticed.
    private static let stepMilliseconds = 200
    /// Between two attempts to connect, at least and at most; between these by chance, so that replicas do not come at
    /// once.
    private static let reconnectMilliseconds = 200...2_000

    private let conninfo: String

    /// - Parameter platformConninfo: Connects as `agentd_platform`.
    package init(platformConninfo: String) { conninfo = platformConninfo }

    /// Listens, and connects again whenever it must. Blocks its thread until `isStopped`.
    package func listen(until isStopped: () -> Bool, report: (Event) -> Void) {
        var isKnownToBeDeaf = false
        while !isStopped() {
            do throws(NotificationConnection.Failure) {
                let connection = try NotificationConnection(
                    conninfo: conninfo, channel: Self.channel, applicationName: "agentd listener",
                    timeoutMilliseconds: Self.deafMilliseconds)
                try Self.serve(connection, until: isStopped) { event in
                    if event == .heard { isKnownToBeDeaf = false }
                    report(event)
                }
            } catch {
                if !isKnownToBeDeaf { report(.deaf(reason: error.description)) }
                isKnownToBeDeaf = true
                Self.pause(until: isStopped)
            }
        }
    }

    /// Counts as heard from the first heartbeat that comes back: a pooler in between may take LISTEN and drop what
    /// follows.
    private static func serve(
        _ connection: borrowing NotificationConnection, until isStopped: () -> Bool, report: (Event) -> Void
    ) throws(NotificationConnection.Failure) {
        try connection.notify(payload: heartbeat)
        var lastSent = ContinuousClock.now
        var isAwaited = true
        var isHeard = false
        while !isStopped() {
            let notifications = try connection.wait(milliseconds: stepMilliseconds)
            let changes = Set(notifications.compactMap { IdentityChange($0.payload) })
            if isHeard, !changes.isEmpty { report(.changed(changes)) }
            if notifications.contains(where: { $0.isOwn && $0.payload == heartbeat }) {
                isAwaited = false
                if !isHeard {
                    isHeard = true
                    report(.changed([.everything]))
                    report(.heard)
                }
            }
            let now = ContinuousClock.now
            if isAwaited, now - lastSent >= deafAfter {
                throw .silent("no notification of its own came back within \(deafMilliseconds) ms")
            }
            if !isAwaited, now - lastSent >= heartbeatInterval {
                try connection.notify(payload: heartbeat)
                lastSent = now
                isAwaited = true
            }
        }
    }

    private static func pause(until isStopped: () -> Bool) {
        let end = ContinuousClock.now + .milliseconds(Int.random(in: reconnectMilliseconds))
        while !isStopped(), ContinuousClock.now < end { usleep(UInt32(stepMilliseconds / 4 * 1_000)) }
    }
}
