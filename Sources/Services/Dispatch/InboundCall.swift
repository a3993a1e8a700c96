package import AgentdCore
package import Messages

/// Which protocol a call came by.
package enum DoorName: String, Sendable, CaseIterable {
    case framed
    case grpc
}

/// One call as a door hands it over, the same for every door.
///
/// Unchecked: it and its arena are used on the event loop of their connection alone, by one task after the other.
package final class InboundCall: @unchecked Sendable {
    /// Sends one message of a stream; returns when the client has taken enough of what was sent before.
    package typealias Sender = (EncodedMessage) async throws(ServiceError) -> Void

    /// What the door tells of it to whoever watches.
    package let observed: ObservedCall
    package let headers: CallHeaders
    package let payload: MessagePayload
    /// Where its request and its answer live.
    package let arena: Arena
    package let deadline: Deadline
    /// Headers that go out before the first message, besides `x-request-id`.
    package private(set) var responseHeaders: [Header] = []
    /// Headers that go out after the last message.
    package private(set) var responseTrailers: [Header] = []
    /// Of a stream; set by the connection before the call runs.
    package var sender: Sender?

    package init(
        observed: ObservedCall, headers: CallHeaders, payload: MessagePayload, arena: Arena, deadline: Deadline
    ) {
        self.observed = observed
        self.headers = headers
        self.payload = payload
        self.arena = arena
        self.deadline = deadline
    }

    /// The path that was called, such as `/agentd.v1.AgentService/GetAgent`.
    package var path: String { observed.path }
    /// `x-request-id`: the client's, or made here. Always returned.
    package var callID: CallID { observed.callID }

    /// The value of a header, nil when there is none.
    package func header(_ key: StaticString) -> [UInt8]? { headers[key] }

    /// Sends one message of a stream; the memory of the message is free again when this returns.
    package func send(_ message: EncodedMessage) async throws(ServiceError) {
        guard let sender else { throw .internal("\(path) sends a stream, and its door takes none.") }
        try await sender(message)
    }

    /// All of them, for a door that sends them together. Mostly there are none.
    package var responseMetadata: [Header] {
        responseTrailers.isEmpty ? responseHeaders : responseHeaders + responseTrailers
    }

    package func addResponseHeader(_ header: Header) { responseHeaders.append(header) }

    package func addResponseTrailer(_ header: Header) { responseTrailers.append(header) }
}
