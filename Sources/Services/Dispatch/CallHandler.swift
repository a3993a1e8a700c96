package import AgentdCore
package import Messages

/// Answers the calls that come through the doors. One for each event loop; it is used on that loop alone.
package protocol CallHandler: Sendable {
    /// - Parameter path: Such as `/agentd.v1.AgentService/GetAgent`.
    /// - Returns: Nil when there is no such method; `answer` then says so.
    func method(_ path: String) -> CallMethod?

    /// Runs a call; of an exchange, once for each message.
    /// - Returns: The answer, encoded in the call's arena; nil at the end of a stream, whose messages went out with
    ///   `InboundCall.send`.
    func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage?
}
