internal import NIOCore

/// One connection as its door speaks it, without input or output. Calls are told apart by slots: numbers from 0 on,
/// each of which is free again once its answer has come.
protocol Wire: AnyObject {
    /// Puts what opens a connection. When the peer has answered it the delegate hears of it.
    func open() throws(LoadProblem)
    /// Puts a request; `flush` gives it out.
    /// - Parameter keepsAnswer: Whether the answer's message is wanted.
    func send(_ call: Call, slot: Int, keepsAnswer: Bool) throws(LoadProblem)
    /// Takes what came, and tells the delegate what it means.
    /// - Throws: When it breaks the protocol.
    func receive(_ bytes: UnsafeRawBufferPointer, _ delegate: some WireDelegate) throws(LoadProblem)
    /// Whether the peer has said that it will not do the call of a slot, although that has no answer.
    func isRefused(slot: Int) -> Bool
    /// Appends everything that is to be sent.
    func flush(into buffer: inout ByteBuffer) throws(LoadProblem)
}

/// Hears what comes.
protocol WireDelegate: AnyObject {
    /// The peer takes calls, so many at once.
    func opened(callsInFlight: Int)
    func answered(slot: Int, _ answer: Answer)
    /// The peer takes no further calls on this connection.
    func goingAway(reason: String)
}

/// What became of a call.
struct Answer {
    /// Of gRPC; 0 is success.
    let code: UInt32
    /// The exact reason of a failure; empty when it has none.
    let reason: String
    /// The serialized answer message, for as long as it is lent; empty when it was not asked for.
    let message: UnsafeRawBufferPointer

    static var noMessage: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
