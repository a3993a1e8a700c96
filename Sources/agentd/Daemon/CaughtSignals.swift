internal import Dispatch
internal import Glibc
internal import Synchronization

/// Signals to the process, each told to one handler on a thread of its own.
///
/// A signal source of libdispatch would listen on a signalfd, and the kernel wakes whoever listens on one of those for
/// every signal of the process: also for each SIGIO with which the database's sockets call their event loop. A handler
/// that writes into a pipe wakes nobody but who reads it.
enum CaughtSignals {
    private struct State {
        var isListening = false
        var handlers: [Int32: @Sendable (Int32) -> Void] = [:]
    }

    private static let state = Mutex(State())
    /// Where the process is told of its signals; -1 while nobody listens.
    private static let writeEnd = Atomic<Int32>(-1)

    /// From now on the signal does nothing but call the handler.
    static func handle(_ signal: Int32, _ handler: @escaping @Sendable (Int32) -> Void) {
        let mustListen = state.withLock { state in
            defer { state.isListening = true }
            state.handlers[signal] = handler
            return !state.isListening
        }
        if mustListen { listen() }
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { CaughtSignals.pass($0) }
        action.sa_flags = SA_RESTART
        sigaction(signal, &action, nil)
    }

    /// Within a signal handler: nothing but what may be done there (signal-safety(7)).
    private static func pass(_ signal: Int32) {
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: signal)
        _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
        errno = saved
    }

    private static func listen() {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "The system has no pipe left for signals.")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        writeEnd.store(ends[1], ordering: .relaxed)
        let readEnd = ends[0]
        DispatchQueue(label: "agentd.signals").async {
            var byte: UInt8 = 0
            while true {
                guard read(readEnd, &byte, 1) == 1 else { continue }
                let signal = Int32(byte)
                state.withLock { $0.handlers[signal] }?(signal)
            }
        }
    }
}
