internal import NIOCore
internal import Services

/// The calls of one connection: those that run, and those that wait until fewer do.
struct CallQueue {
    struct Waiting {
        let call: RunningCall
        let inbound: InboundCall
        /// The one that was asked whether there is such a method, also when another has taken its place since.
        let handler: any CallHandler
    }

    /// Calls of one connection that run at once. As many as PostgreSQL works on with the usual settings: more would
    /// only wait behind it, in front of the calls of other connections. It also bounds the answers of a client that
    /// asks for much and reads nothing.
    private static let maximumRunning = 128

    private var waiting = CircularBuffer<Waiting>()
    private var running = 0
    /// Streams, which mostly sleep: they do not keep other calls from running.
    private var streams = 0

    /// Calls that have not ended, running and waiting.
    var count: Int { running + streams + waiting.count }

    mutating func append(_ call: Waiting) { waiting.append(call) }

    /// The next call; it counts as running until `ended`. Calls that were abandoned come too, and at once.
    /// - Parameter holdBack: Whether no other call is to start now.
    mutating func next(holdBack: Bool) -> Waiting? {
        guard let first = waiting.first,
            first.call.isAbandoned || (!holdBack && running < Self.maximumRunning)
        else { return nil }
        if first.call.isStream { streams += 1 } else { running += 1 }
        return waiting.removeFirst()
    }

    mutating func ended(_ call: RunningCall) {
        if call.isStream { streams -= 1 } else { running -= 1 }
    }
}
