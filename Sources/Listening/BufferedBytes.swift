package import NIOCore

/// Bounds what the connections of one event loop keep in memory for their clients: requests that are not complete or
/// not answered, and answers that are not read. Each of them may keep little, and all of them together would still keep
/// too much. Confined to that loop.
///
/// Nothing is counted where bytes come and go. Only when many of them came since the last time are the connections
/// asked what they keep, and when that is too much those that keep the most are given up.
package final class BufferedBytes {
    /// So many looks are taken at least while the bound fills.
    private static let looks = 16

    private let maximumBytes: Int
    private let eventLoop: any EventLoop
    private var holders: [ObjectIdentifier: any DoorConnection] = [:]
    /// Bytes that came since the last look.
    private var newBytes = 0
    private var lookIsScheduled = false

    /// - Parameter maximumBytes: What all connections of the loop may keep together.
    package init(maximumBytes: Int, on eventLoop: any EventLoop) {
        self.maximumBytes = maximumBytes
        self.eventLoop = eventLoop
    }

    /// From now on it is one of those that are asked.
    package func begin(_ connection: any DoorConnection) { holders[ObjectIdentifier(connection)] = connection }

    package func end(_ connection: any DoorConnection) { holders[ObjectIdentifier(connection)] = nil }

    /// So many bytes of a request came, or of an answer were made.
    package func added(_ bytes: Int) {
        newBytes += bytes
        guard newBytes >= maximumBytes / Self.looks, !lookIsScheduled else { return }
        lookIsScheduled = true
        // Not at once: a connection that reads or writes is not given up while it does.
        eventLoop.assumeIsolated().execute {
            self.lookIsScheduled = false
            self.newBytes = 0
            self.look()
        }
    }

    private func look() {
        var kept = holders.values.map { (connection: $0, bytes: $0.bufferedBytes) }
        var total = kept.reduce(0) { $0 + $1.bytes }
        guard total > maximumBytes else { return }
        kept.sort { $0.bytes > $1.bytes }
        for (connection, bytes) in kept where total > maximumBytes {
            connection.giveUp()
            total -= bytes
        }
    }
}

extension Channel {
    /// Bytes that were written and that the system has not taken.
    package var bufferedBytes: Int { (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
}
