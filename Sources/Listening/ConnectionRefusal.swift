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
    /// Clients had too many bytes of requests that were not complete and of answers that they did not read, and this
    /// one the most of them.
    case memoryLimit = "MEMORY_LIMIT"
    /// The handshake of TLS failed, or was not over in time.
    case tlsHandshake = "TLS_HANDSHAKE"
}
