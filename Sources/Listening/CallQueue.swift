/// The calls of one connection: those that run, and those that wait until fewer do. Confined to its event loop.
///
/// A class, as its lines are: it is asked several times a call, and each access to a struct that a runner owns would be
/// checked for exclusivity.
final class CallQueue {
    /// Calls of one connection that run at once: somewhat more than PostgreSQL works on with the usual settings, so
    /// that there is always a segment for it to begin. More would only wait, in front of the calls of other
    /// connections. It also bounds the answers of a client that asks for much and reads nothing.
    private static let maximumRunning = 128

    private let waiting = CallLines()
    /// Calls that run, also those that nobody waits for any more, without streams.
    private(set) var running = 0
    /// Streams, which mostly sleep: they do not keep other calls from running.
    private var streams = 0

    /// Calls that have not ended, running and waiting.
    var count: Int { running + streams + waiting.count }

    /// Whether one more call would have to wait here, whatever the client reads: those that wait begin before it.
    var isFull: Bool { running + waiting.count >= Self.maximumRunning }

    /// The one that is started next.
    var first: RunningCall? { waiting.first }

    var waitingCount: Int { waiting.count }

    /// Whether none waits.
    var noneWaits: Bool { waiting.isEmpty }

    func append(_ call: RunningCall) { waiting.append(call) }

    /// The next call; it counts as running until `ended`. One that was abandoned comes too, as soon as it is next.
    /// - Parameter holdBack: Whether no other call is to start now.
    func next(holdBack: Bool) -> RunningCall? {
        guard let first = waiting.first, first.isAbandoned || (!holdBack && running < Self.maximumRunning),
            let call = waiting.popFirst()
        else { return nil }
        if call.isStream { streams += 1 } else { running += 1 }
        return call
    }

    func ended(_ call: RunningCall) {
        if call.isStream { streams -= 1 } else { running -= 1 }
    }
}
