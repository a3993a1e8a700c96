internal import Messages

extension RawConnection {
    /// Sends a request and does not wait for its answer.
    func request(
        _ id: UInt64, _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0
    ) async throws {
        try await send(Self.frame(id, method, message, headers: headers, timeout: timeout))
    }

    /// The frame of such a request.
    static func frame(
        _ id: UInt64, _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0
    ) -> OutboundClientFrame {
        .request(
            id: id, method: "/agentd.v1.\(method)", headers: headers, timeoutMilliseconds: timeout,
            message: message.encoded())
    }

    /// Asks for an agent.
    func get(_ agent: Int64, id: UInt64, timeout: UInt32 = 0) async throws {
        try await request(id, "AgentService/GetAgent", GetAgentRequest(id: agent), timeout: timeout)
    }
}
