internal import Messages

/// A call in flight on a connection. Confined to the connection's event loop.
final class RunningCall {
    /// `x-request-id` of the call.
    let callID: String
    /// Bytes of its message, which count against what the connection may hold.
    let messageBytes: Int
    /// Holds its request and its answer, and is used until its task has ended, whoever still waits for it.
    let arena: Arena
    private var task: Task<Void, Never>?
    /// Its caller has been answered: it was cancelled, or its deadline has passed.
    private(set) var isAbandoned = false

    init(callID: String, messageBytes: Int, arena: Arena) {
        self.callID = callID
        self.messageBytes = messageBytes
        self.arena = arena
    }

    func runs(in task: Task<Void, Never>) { self.task = task }

    func abandon() {
        isAbandoned = true
        task?.cancel()
    }
}
