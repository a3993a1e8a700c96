internal import AgentdCore
internal import Messages

/// One attempt of a call on its way through a connection. It is completed exactly once, by the connection that took it.
struct PendingCall: Sendable {
    let method: String
    let headers: [Header]
    let message: [UInt8]
    let deadline: Deadline
    private let completion: CheckedContinuation<AttemptOutcome, Never>

    init(
        method: String, headers: [Header], message: [UInt8], deadline: Deadline,
        completion: CheckedContinuation<AttemptOutcome, Never>
    ) {
        self.method = method
        self.headers = headers
        self.message = message
        self.deadline = deadline
        self.completion = completion
    }

    func complete(_ outcome: AttemptOutcome) { completion.resume(returning: outcome) }
}

enum AttemptOutcome: Sendable {
    /// An answer of the server, an error or not; still to be read.
    case answered(ServerFrame.Response)
    case failed(AttemptFailure)
}
