internal import AgentdCore
internal import Messages
internal import NIOCore

/// A call that is answered with a stream, as its one reader takes it. It is made with the first `next`, and given up
/// when this is thrown away before its end.
///
/// Until the first message has come it is tried again like any other call; afterwards a failure ends it.
struct MessageStream<Answer: DecodableMessage> {
    private let client: AgentdClient
    private let method: String
    private let headers: [Header]
    private let message: [UInt8]
    private let timeout: Duration?

    private var deadline = Deadline.never
    private var attempt = 0
    /// Of the present attempt.
    private var messages: Reception.Messages.Iterator?
    private var hasBegun = false
    private var isOver = false

    /// - Parameter options: Without a timeout the stream has no deadline.
    init(
        _ method: String, _ request: some EncodableMessage, options: AgentdClient.CallOptions, of client: AgentdClient
    ) {
        self.client = client
        self.method = method
        headers = options.headers
        message = request.encoded()
        timeout = options.timeout
    }

    /// Nil when the daemon has ended the stream with a success, and after the end.
    mutating func next(isolation: isolated (any Actor)?) async throws(AgentdError) -> Answer? {
        guard !isOver else { return nil }
        isOver = true
        guard let answer = try await answer(isolation: isolation) else { return nil }
        isOver = false
        return answer
    }

    private mutating func answer(isolation: isolated (any Actor)?) async throws(AgentdError) -> Answer? {
        while true {
            if messages == nil { try open() }
            switch await step(isolation: isolation) {
            case .message(let response):
                hasBegun = true
                return try AgentdClient.read(response)
            case .end: return nil
            case .failure(let failure):
                messages = nil
                guard !hasBegun else { throw failure.error(of: .read) }
                try await client.waitForRetry(after: failure, of: .read, attempt: attempt, deadline: deadline)
            }
        }
    }

    private mutating func open() throws(AgentdError) {
        if attempt == 0, let timeout {
            deadline = Deadline(uptimeNanoseconds: NIODeadline.now().uptimeNanoseconds + timeout.wholeNanoseconds)
        }
        attempt += 1
        guard let connection = client.nextConnection() else { throw .clientClosed }
        messages = connection.stream(method: method, headers: headers, message: message, deadline: deadline)
            .makeAsyncIterator()
    }

    private enum Step {
        case message(ServerFrame.Response)
        case end
        case failure(AttemptFailure)
    }

    private mutating func step(isolation: isolated (any Actor)?) async -> Step {
        do {
            if let response = try await messages?.next(isolation: isolation) { return .message(response) }
            guard Task.isCancelled else { return .end }
            return .failure(.final(AgentdError(.cancelled, "The call was given up while its messages came.")))
        } catch {
            let failure = (error as? Reception.Failure)?.attempt
            return .failure(failure ?? .final(AgentdError(.internal, "The stream failed: \(error)")))
        }
    }
}
