package import NIOCore

/// Calls a connection when something of it is due. Confined to its event loop.
///
/// It is moved to an earlier time when it must, and never to a later one: a call for nothing is cheap, a timer for each
/// request would not be.
package struct WakeUp {
    /// When it calls, in nanoseconds of the monotonic clock; the largest number for never.
    package private(set) var time = UInt64.max
    private var task: Scheduled<Void>?

    package init() {}

    /// - Parameters:
    ///   - time: When it is to call, as in `time`; later than that changes nothing.
    ///   - action: Is to `clear` this first.
    package mutating func schedule(
        at time: UInt64, on eventLoop: any EventLoop, _ action: @escaping () -> Void
    ) {
        guard time < self.time else { return }
        task?.cancel()
        task = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time), action)
        self.time = time
    }

    /// It has come, or is not wanted any more.
    package mutating func clear() {
        task?.cancel()
        task = nil
        time = .max
    }
}
