internal import AgentdCore
internal import Messages

/// Where a connection puts what comes of a stream, for its one reader.
///
/// Of the streams that there are each message replaces the one before, so a reader that is slow finds the newest alone:
/// however much comes, one message waits.
struct Reception: Sendable {
    /// They end with the last message, or fail with `Failure`.
    typealias Messages = AsyncThrowingStream<ServerFrame.Response, any Error>

    /// How a stream ends that does not end well.
    struct Failure: Error { let attempt: AttemptFailure }

    private let continuation: Messages.Continuation

    /// - Parameter onAbandonment: Called when the reader has enough of it before its end: its task is cancelled, or it
    ///   has thrown the messages away.
    static func make(onAbandonment: @escaping @Sendable () -> Void) -> (reception: Reception, messages: Messages) {
        let (messages, continuation) = Messages.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuation.onTermination = { termination in
            if case .cancelled = termination { onAbandonment() }
        }
        return (Reception(continuation: continuation), messages)
    }

    func receive(_ message: ServerFrame.Response) { continuation.yield(message) }

    func end(_ outcome: AttemptOutcome) {
        switch outcome {
        case .answered(let response) where response.code == StatusCode.ok.rawValue: continuation.finish()
        case .answered(let response):
            continuation.finish(throwing: Failure(attempt: .answered(AgentdError(response))))
        case .failed(let failure): continuation.finish(throwing: Failure(attempt: failure))
        }
    }
}
