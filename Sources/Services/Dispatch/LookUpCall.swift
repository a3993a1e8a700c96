internal import AgentdCore
internal import Messages
internal import Storage

/// A look-up on its way from the dispatcher to its answer, whatever it looks up. Confined to its event loop.
struct LookUpCall {
    let context: CallContext
    let dispatcher: Dispatcher
    let receiver: any AnswerReceiver
    /// Of the monotonic clock.
    let start: UInt64
    /// Whether the tenant's limits count it.
    var isCounted = false

    func ended(with answer: Result<EncodedMessage?, ServiceError>) { dispatcher.ended(self, with: answer) }
}

/// Waits for what a look-up finds, and makes its answer of it.
final class LookUpAnswer<Procedure: LookUpProcedure>: LookUpReceiver {
    private let call: LookUpCall
    private let procedure: Procedure
    private let request: Procedure.Request
    private let maximumBytes: Int

    /// - Parameter maximumBytes: Of the answer.
    init(to request: Procedure.Request, _ procedure: Procedure, of call: LookUpCall, maximumBytes: Int) {
        self.call = call
        self.procedure = procedure
        self.request = request
        self.maximumBytes = maximumBytes
    }

    func lookedUp(_ result: Result<Procedure.LookUp.Found, ServiceError>) {
        let message: EncodedMessage
        do throws(ServiceError) {
            message = try procedure.answer(
                to: request, with: try result.get(), call.context, maximumBytes: maximumBytes)
        } catch {
            return call.ended(with: .failure(error))
        }
        call.ended(with: .success(message))
    }
}

extension LookUpProcedure {
    /// - Throws: Also when the answer is longer than it may be.
    func answer(
        to request: Request, with found: LookUp.Found, _ context: CallContext, maximumBytes: Int
    ) throws(ServiceError) -> EncodedMessage {
        try encode(found, answering: request, of: context.caller, in: context.inbound.arena).within(maximumBytes)
    }
}
