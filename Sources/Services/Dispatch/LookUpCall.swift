internal import AgentdCore
internal import Messages

/// A look-up on its way from the dispatcher to its answer. Confined to its event loop.
final class LookUpCall {
    let context: CallContext
    let receiver: any AnswerReceiver
    /// Of the monotonic clock.
    let start: UInt64
    /// Whether the tenant's limits count it.
    var isCounted = false
    private let dispatcher: Dispatcher

    init(context: CallContext, dispatcher: Dispatcher, receiver: any AnswerReceiver, start: UInt64) {
        self.context = context
        self.dispatcher = dispatcher
        self.receiver = receiver
        self.start = start
    }

    /// - Parameter answer: Encodes what was found, or throws why there is nothing.
    func ended(_ answer: () throws(ServiceError) -> EncodedMessage) {
        let message: EncodedMessage
        do throws(ServiceError) {
            message = try answer()
        } catch {
            return failed(error)
        }
        dispatcher.ended(self, with: .success(message))
    }

    func failed(_ error: ServiceError) { dispatcher.ended(self, with: .failure(error)) }
}
