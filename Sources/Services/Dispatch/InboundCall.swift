package import AgentdCore
package import Messages

/// One call as a door hands it over, the same for every door.
///
/// Unchecked: it and its arena are used on the event loop of their connection alone, by one task after the other.
package final class InboundCall: @unchecked Sendable {
    /// The path of the method, such as `/agentd.v1.AgentService/GetAgent`.
    package let method: String
    /// Its own headers; they come before those of the connection.
    private let headers: [Header]
    /// Headers that hold for every call of the connection.
    private let connectionHeaders: [Header]
    package let payload: MessagePayload
    /// Where its request and its answer live.
    package let arena: Arena
    package let deadline: Deadline
    /// `x-request-id`: the client's, or made here. Always returned.
    package let callID: String

    package init(
        method: String, headers: [Header], connectionHeaders: [Header], payload: MessagePayload, arena: Arena,
        deadline: Deadline, callID: String
    ) {
        self.method = method
        self.headers = headers
        self.connectionHeaders = connectionHeaders
        self.payload = payload
        self.arena = arena
        self.deadline = deadline
        self.callID = callID
    }

    /// The value of a header, nil when there is none.
    package func header(_ key: String) -> [UInt8]? {
        Self.header(key, in: headers) ?? Self.header(key, in: connectionHeaders)
    }

    package static func header(_ key: String, in headers: [Header]) -> [UInt8]? {
        headers.first { $0.key == key }?.value
    }
}
