internal import CLinux
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Tells the connections of one event loop that their sockets may be read or written.
///
/// NIO would read a descriptor that it watches, and libpq must read its own. So the kernel signals: each socket sends
/// SIGIO to the loop's thread, which keeps it blocked, and a signalfd in the loop's selector turns the signals into one
/// wake-up. Signals merge and do not say whose they are: on a wake-up the kernel is asked which sockets have something
/// to say, again and again until none has or clients are to be read first.
final class SocketSignals {
    private struct Watcher {
        let descriptor: CInt
        let body: () -> Void
    }

    /// For how many nanoseconds it looks again and again. The loop asks its selector only when no task is left: while
    /// PostgreSQL has more to say at each look, nobody would read what clients ask. A look takes 50 to 100 us with much
    /// to do; with two of them, long answers come some per cent slower.
    private static let longestStay: UInt64 = 250_000

    private let eventLoop: any EventLoop
    private let readiness = agentd_readiness_set()
    private var watchers: [ObjectIdentifier: Watcher] = [:]
    private var bodies: [CInt: () -> Void] = [:]
    private var ready = [CInt](repeating: -1, count: AGENTD_READINESS_MAXIMUM)
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
        guard readiness >= 0 else { throw .unavailable("epoll_create failed with errno \(errno)") }
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

    /// Calls `body` whenever the socket has something to say, until `stopWatching`. Again for a new descriptor.
    func watch(_ descriptor: CInt, for owner: AnyObject, _ body: @escaping () -> Void) -> Bool {
        guard agentd_readiness_add(readiness, descriptor) == 0 else { return false }
        watchers[ObjectIdentifier(owner)] = Watcher(descriptor: descriptor, body: body)
        bodies[descriptor] = body
        guard agentd_signal_this_thread(descriptor) == 0 else {
            stopWatching(for: owner)
            return false
        }
        // It may have had something to say before.
        signalThisThread()
        return true
    }

    /// Whether the owner also wants to know when its socket can be written.
    func wantWrite(_ isWanted: Bool, of owner: AnyObject) {
        guard let watcher = watchers[ObjectIdentifier(owner)] else { return }
        _ = agentd_readiness_want_write(readiness, watcher.descriptor, isWanted)
    }

    /// Before its descriptor is closed.
    func stopWatching(for owner: AnyObject) {
        guard let watcher = watchers.removeValue(forKey: ObjectIdentifier(owner)) else { return }
        bodies[watcher.descriptor] = nil
        _ = agentd_readiness_remove(readiness, watcher.descriptor)
    }

    private func wakeUp() {
        if look() { lookAgain(until: MonotonicClock.now + Self.longestStay) }
    }

    /// Not at once: what came goes to its clients first, so that they and PostgreSQL work at the same time.
    private func lookAgain(until end: UInt64) {
        eventLoop.assumeIsolated().execute {
            guard self.look() else { return }
            // The signals of what is left unread have been taken.
            if MonotonicClock.now < end { self.lookAgain(until: end) } else { self.signalThisThread() }
        }
    }

    /// As a socket would: it is blocked here, and the selector finds it. Other loops wake up for nothing.
    private func signalThisThread() { raise(SIGIO) }

    /// Lets those speak whose sockets have something to say.
    /// - Returns: Whether there were any; they may have more to say.
    private func look() -> Bool {
        let count = ready.withUnsafeMutableBufferPointer { agentd_readiness(readiness, $0.baseAddress) }
        guard count > 0 else { return false }
        // What one of them does may end others and begin new ones.
        for index in 0..<Int(count) { bodies[ready[index]]?() }
        return true
    }
}

/// Throws away what the signalfd says: that it said something is enough.
private final class SignalHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let wakeUp: () -> Void

    init(wakeUp: @escaping () -> Void) { self.wakeUp = wakeUp }

    func channelReadComplete(context: ChannelHandlerContext) { wakeUp() }
}
