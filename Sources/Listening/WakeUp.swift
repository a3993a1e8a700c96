package import NIOCore

/// Calls a connection when something of it is due. Confined to its event loop.
///
/// It is moved to an earlier time when it must, and never to a later one: a call for nothing is cheap, a timer for each
/// request would not be.
package struct WakeUp {
    private var next: (at: UInt64, task: Scheduled<Void>)?

    package init() {}

    /// - Parameters:
    ///   - time: Nanoseconds of the monotonic clock; the largest number for never.
    ///   - action: Is to `clear` this first.
    package mutating func schedule(
        at time: UInt64, on eventLoop: any EventLoop, _ action: @escaping () -> Void
    ) {
        if let next {
            if next.at <= time { return }
            next.task.cancel()
            self.next = nil
        }
        guard time < .max else { return }
        let task = eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(time), action)
        next = (time, task)
    }

    /// It has come, or is not wanted any more.
    package mutating func clear() {
        next?.task.cancel()
        next = nil
    }
}
