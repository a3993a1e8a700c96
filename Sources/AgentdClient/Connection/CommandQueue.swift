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
        /// Why no calls are taken any more.
        var refusal: AttemptFailure?
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
    var takesCalls: Bool { state.withLock { $0.refusal == nil } }

    /// What becomes of a call.
    enum Submission {
        case taken(id: UInt64, isWakeUpNeeded: Bool)
        /// No calls are taken any more: it is not kept.
        case refused(AttemptFailure)
    }

    /// Adds a call under the next id; ids are in the order of the calls.
    func submit(_ call: PendingCall) -> Submission {
        state.withLock { state in
            if let refusal = state.refusal { return .refused(refusal) }
            state.lastID += 1
            return .taken(id: state.lastID, isWakeUpNeeded: state.add(.submit(id: state.lastID, call)))
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
    func stopTakingCalls(_ refusal: AttemptFailure = .notExecuted(.connectionEnding)) {
        state.withLock { $0.refusal = refusal }
    }
}
