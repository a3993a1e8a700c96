/// Why a connection was not served, or ended for what its client did: the closed vocabulary of
/// `agentd_connections_refused_total`.
package enum ConnectionRefusal: String, Sendable, CaseIterable {
    /// There were as many as there may be.
    case connectionLimit = "CONNECTION_LIMIT"
    /// Nothing that a protocol begins with came in time, encryption apart.
    case firstFrameTimeout = "FIRST_FRAME_TIMEOUT"
    /// A frame, or the head of a request, that had begun did not get on.
    case frameTimeout = "FRAME_TIMEOUT"
    /// Frames that cost work and ask for nothing, faster than anybody needs them.
    case flood = "FLOOD"
    /// What came is not the protocol of the door, or breaks its rules.
    case protocolError = "PROTOCOL_ERROR"
    /// Too many bytes of answers waited for clients that did not read, and the most of them for this one.
    case answersUnread = "ANSWERS_UNREAD"
    /// The handshake of TLS failed, or was not over in time.
    case tlsHandshake = "TLS_HANDSHAKE"
}
