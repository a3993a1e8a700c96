internal import AgentdCore
internal import Messages

/// One attempt of a call on its way through a connection. It is completed exactly once, by the connection that took it.
struct PendingCall: Sendable {
    let method: String
    let headers: [Header]
    let message: [UInt8]
    let deadline: Deadline
    private let receiver: Receiver

    /// Who waits for what comes.
    enum Receiver: Sendable {
        /// For the one answer.
        case caller(CheckedContinuation<AttemptOutcome, Never>)
        /// For the messages of a stream.
        case reader(Reception)
    }

    init(method: String, headers: [Header], message: [UInt8], deadline: Deadline, receiver: Receiver) {
        self.method = method
        self.headers = headers
        self.message = message
        self.deadline = deadline
        self.receiver = receiver
    }

    var isStream: Bool {
        switch receiver {
        case .caller: false
        case .reader: true
        }
    }

    /// One message of several. A caller that waits for one answer takes the last.
    func receive(_ part: ServerFrame.Response) {
        switch receiver {
        case .caller: break
        case .reader(let reception): reception.receive(part)
        }
    }

    func complete(_ outcome: AttemptOutcome) {
        switch receiver {
        case .caller(let completion): completion.resume(returning: outcome)
        case .reader(let reception): reception.end(outcome)
        }
    }
}

enum AttemptOutcome: Sendable {
    /// An answer of the server, an error or not; still to be read.
    case answered(ServerFrame.Response)
    case failed(AttemptFailure)
}
