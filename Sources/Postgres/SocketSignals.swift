internal import CLinux
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Tells the connections of one event loop that their sockets may be read or written.
///
/// NIO would read a descriptor that it watches, and libpq must read its own. So the kernel signals: each socket sends
/// SIGIO to the loop's thread, which keeps it blocked, and a signalfd in the loop's selector turns the signals into one
/// wake-up. Signals are edge-triggered and merge: on a wake-up every connection is asked.
final class SocketSignals {
    private let eventLoop: any EventLoop
    private var watchers: [ObjectIdentifier: () -> Void] = [:]
    private var channel: (any Channel)?

    private init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// A thread has one signalfd, and a loop one thread: all pools of a loop share it. Kept as long as the process.
    ///
    /// The boxes hold loop-confined objects; the mutex guards the dictionary alone.
    private static let shared = Mutex<[ObjectIdentifier: NIOLoopBound<SocketSignals>]>([:])

    /// Those of a loop, made on first use. On the loop.
    static func of(_ eventLoop: any EventLoop) throws(PostgresError) -> SocketSignals {
        eventLoop.preconditionInEventLoop()
        let key = ObjectIdentifier(eventLoop)
        if let existing = shared.withLock({ $0[key] }) { return existing.value }
        let signals = SocketSignals(eventLoop: eventLoop)
        try signals.open()
        let box = NIOLoopBound(signals, eventLoop: eventLoop)
        shared.withLock { $0[key] = box }
        return signals
    }

    private func open() throws(PostgresError) {
        let descriptor = agentd_sigio_descriptor()
        guard descriptor >= 0 else { throw .unavailable("signalfd failed with errno \(errno)") }
        let handler = NIOLoopBound(SignalHandler { [unowned self] in wakeUp() }, eventLoop: eventLoop)
        NIOPipeBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
            .takingOwnershipOfDescriptor(input: descriptor)
            .assumeIsolated()
            .whenSuccess { self.channel = $0 }
    }

    /// Calls `body` whenever something may have happened to the socket, until `stopWatching`. Again for a new
    /// descriptor.
    func watch(_ descriptor: CInt, for owner: AnyObject, _ body: @escaping () -> Void) -> Bool {
        watchers[ObjectIdentifier(owner)] = body
        return agentd_signal_this_thread(descriptor) == 0
    }

    func stopWatching(for owner: AnyObject) { watchers[ObjectIdentifier(owner)] = nil }

    private func wakeUp() {
        // A copy: what a watcher does may end connections and begin others.
        for watcher in watchers.values { watcher() }
    }
}

/// Throws away what the signalfd says: that it said something is enough.
private final class SignalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let wakeUp: () -> Void

    init(wakeUp: @escaping () -> Void) { self.wakeUp = wakeUp }

    func channelReadComplete(context: ChannelHandlerContext) { wakeUp() }
}
