internal import Synchronization

/// Brings together the id of a call and its cancellation, whichever comes first.
final class Ticket: Sendable {
    private struct State {
        var id: UInt64?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// The call has its id. True when it was cancelled before.
    func issue(_ id: UInt64) -> Bool {
        state.withLock { state in
            state.id = id
            return state.isCancelled
        }
    }

    /// The caller gives up. The id when the call has one already.
    func cancel() -> UInt64? {
        state.withLock { state in
            state.isCancelled = true
            return state.id
        }
    }
}
