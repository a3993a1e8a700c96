package import NIOCore

/// Bounds what the connections of one event loop hold for clients that do not read: each of them may have little, and
/// all of them together would still have too much. Confined to that loop.
///
/// Nothing is counted when answers go out. Only when many bytes of them were made since the last time are the
/// connections asked what they hold, and when that is too much those that hold the most are given up.
package final class UnsentAnswers {
    /// So many looks are taken at least while the bound fills.
    private static let looks = 16

    private let maximumBytes: Int
    private let eventLoop: any EventLoop
    private var holders: [ObjectIdentifier: any DoorConnection] = [:]
    /// Bytes of answers since the last look.
    private var madeBytes = 0
    private var lookIsScheduled = false

    /// - Parameter maximumBytes: What all connections of the loop may hold together.
    package init(maximumBytes: Int, on eventLoop: any EventLoop) {
        self.maximumBytes = maximumBytes
        self.eventLoop = eventLoop
    }

    /// From now on it is one of those that are asked.
    package func begin(_ connection: any DoorConnection) { holders[ObjectIdentifier(connection)] = connection }

    package func end(_ connection: any DoorConnection) { holders[ObjectIdentifier(connection)] = nil }

    /// An answer was made, of so many bytes.
    package func made(_ bytes: Int) {
        madeBytes += bytes
        guard madeBytes >= maximumBytes / Self.looks, !lookIsScheduled else { return }
        lookIsScheduled = true
        // Not at once: a connection that writes is not given up while it does.
        eventLoop.assumeIsolated().execute {
            self.lookIsScheduled = false
            self.madeBytes = 0
            self.look()
        }
    }

    private func look() {
        var held = holders.values.map { (connection: $0, bytes: $0.unsentAnswerBytes) }
        var total = held.reduce(0) { $0 + $1.bytes }
        guard total > maximumBytes else { return }
        held.sort { $0.bytes > $1.bytes }
        for (connection, bytes) in held where total > maximumBytes {
            connection.giveUp()
            total -= bytes
        }
    }
}

extension Channel {
    /// Bytes that were written and that the system has not taken.
    package var bufferedBytes: Int { (try? syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }
}
