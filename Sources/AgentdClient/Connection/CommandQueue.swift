internal import Synchronization

/// What tasks on any thread ask of a connection, in order, until its event loop gets round to it: many commands cost
/// one wake-up.
final class CommandQueue: Sendable {
    enum Command: Sendable {
        case submit(id: UInt64, PendingCall)
        case withdraw(id: UInt64)
        /// No further calls; close when the last one is answered.
        case finish
    }

    private struct State {
        var commands: [Command] = []
        var isWakeUpDue = false
        var takesCalls = true
        var lastID: UInt64 = 0

        /// - Returns: Whether the event loop must be woken up.
        mutating func add(_ command: Command) -> Bool {
            commands.append(command)
            defer { isWakeUpDue = true }
            return !isWakeUpDue
        }
    }

    private let state = Mutex(State())

    /// Whether a call submitted now has a chance.
    var takesCalls: Bool { state.withLock { $0.takesCalls } }

    /// Adds a call under the next id; ids are in the order of the calls. Nil when no calls are taken any more: it is
    /// not kept.
    func submit(_ call: PendingCall) -> (id: UInt64, isWakeUpNeeded: Bool)? {
        state.withLock { state -> (id: UInt64, isWakeUpNeeded: Bool)? in
            guard state.takesCalls else { return nil }
            state.lastID += 1
            return (state.lastID, state.add(.submit(id: state.lastID, call)))
        }
    }

    /// - Returns: Whether the event loop must be woken up.
    func add(_ command: Command) -> Bool { state.withLock { $0.add(command) } }

    /// Hands out everything; for the event loop.
    func take() -> [Command] {
        state.withLock { state in
            state.isWakeUpDue = false
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Calls that come later are turned away at once, so that they go to another connection.
    func stopTakingCalls() { state.withLock { $0.takesCalls = false } }
}
