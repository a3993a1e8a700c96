package import AgentdCore
package import Messages
internal import Storage

/// Answers the calls that come through the doors. One for each event loop; it is used on that loop alone.
package protocol CallHandler: AnyObject, Sendable {
    /// - Parameter path: The bytes of what is called, such as `/agentd.v1.AgentService/GetAgent`.
    /// - Returns: Nil when there is no such method; `answer` then says so.
    func method(_ path: UnsafeRawBufferPointer) -> CallMethod?

    /// Why a call is refused before anything is done for it: as many of its share wait for the database as may. Then
    /// it costs little, however many come. On the loop.
    /// - Parameters:
    ///   - own: Calls of its connection that run.
    /// - Returns: Nil when it is to run; it may still be refused then.
    func refusal(of call: ObservedCall, headers: CallHeaders, own: Int, _ hold: Hold) -> ServiceError?

    /// A call that is to run waits until fewer of its connection do. When it came while there was little room, it takes
    /// a place of its share meanwhile. On the loop.
    func hold(_ call: ObservedCall)

    /// It waits no longer. Once for each `hold`.
    func endHold(_ call: ObservedCall)

    /// Runs a call; of an exchange, once for each message.
    /// - Returns: The answer, encoded in the call's arena; nil at the end of a stream, whose messages went out with
    ///   `InboundCall.send`.
    func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage?

    /// Starts a call that needs no task, if it is one and all that it needs is at hand. On the loop.
    /// - Parameter receiver: Told once, perhaps at once.
    /// - Returns: Nil when the call is to run through `answer`; the receiver hears nothing then.
    func begin(_ call: InboundCall, for receiver: any AnswerReceiver) -> StartedCall?

    /// A connection has had its turn, or a call has ended, and others may be to follow before the turn of the loop
    /// ends: what cannot wait so long is done now. On the loop.
    func goOn()
}

/// Whether a call waits until fewer of its connection run.
package enum Hold {
    case none
    /// It will have to.
    case ahead
    /// It has.
    case over
}

/// Takes the answer of a call.
package protocol AnswerReceiver: AnyObject {
    /// - Parameter answer: Lent, and good only until this returns.
    func answered(with answer: Result<EncodedMessage?, ServiceError>)
}

extension CallHandler {
    package func method(_ path: String) -> CallMethod? {
        var path = path
        return path.withUTF8 { method(UnsafeRawBufferPointer($0)) }
    }

    package func refusal(of call: ObservedCall, headers: CallHeaders, own: Int, _ hold: Hold) -> ServiceError? {
        nil
    }

    package func hold(_ call: ObservedCall) {}

    package func endHold(_ call: ObservedCall) {}

    package func begin(_ call: InboundCall, for receiver: any AnswerReceiver) -> StartedCall? { nil }

    package func goOn() {}
}

/// A call without a task. Confined to its event loop.
package struct StartedCall {
    private let lookUp: StartedLookUp?

    /// - Parameter lookUp: Nil when the call has its answer already.
    init(_ lookUp: StartedLookUp?) { self.lookUp = lookUp }

    /// Nobody waits for it any more.
    package func cancel() { lookUp?.cancel() }
}
