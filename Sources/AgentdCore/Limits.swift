/// The bounds of the wire, each with its reason. An operator changes them with the setting named after it.
package struct WireLimits: Sendable, Equatable {
    /// The longest message: an agent with a long prompt fits, a flood of memory does not. `AGENTD_MAX_MESSAGE_BYTES`.
    package var messageBytes = 1 << 20
    /// Calls in flight on a connection: deep enough to saturate the database. `AGENTD_MAX_IN_FLIGHT`.
    package var callsInFlight = 1_024
    /// Headers of a request, or of `Hello`: keys, values and 32 bytes for each. `AGENTD_MAX_HEADER_BYTES`.
    package var headerBytes = 8 * 1_024
    /// For the first frame, and for a frame begun: a peer that sends a byte a second holds no connection for long.
    /// `AGENTD_FRAME_TIMEOUT`.
    package var frameTimeoutMilliseconds = 10_000
    /// A connection without calls in flight that sends nothing is closed. `AGENTD_IDLE_TIMEOUT`.
    package var idleTimeoutMilliseconds = 600_000
    /// Connections in total: each costs a descriptor and its buffers. `AGENTD_MAX_CONNECTIONS`.
    package var connections = 10_000
    /// What a request without `timeout_ms` gets. `AGENTD_DEFAULT_DEADLINE`.
    package var defaultDeadlineMilliseconds = 30_000
    /// The longest `timeout_ms` that is honoured. `AGENTD_MAX_DEADLINE`.
    package var maximumDeadlineMilliseconds = 600_000
    /// Bytes of answers that may wait for a client that does not read before its requests are no longer read.
    package var unsentBytes = 1 << 20
    /// Bytes of requests and answers that may be kept in memory, over all connections: more of them would take the
    /// memory from everybody. `AGENTD_MAX_BUFFERED_BYTES`.
    package var bufferedBytes = 256 << 20
    /// Streams that may be open, over all connections: as many as there may be connections, each of which has something
    /// to watch. `AGENTD_MAX_OPEN_STREAMS`.
    package var openStreams = 10_000

    package init() {}

    /// When a call that begins now must have its answer.
    /// - Parameters:
    ///   - timeoutNanoseconds: What the client asks for; nil when it names none.
    ///   - isStream: A stream goes on for as long as the client likes, unless it names a time itself.
    package func deadline(timeoutNanoseconds: UInt64?, isStream: Bool, at now: UInt64) -> Deadline {
        guard let asked = timeoutNanoseconds else {
            return isStream
                ? .never
                : Deadline(uptimeNanoseconds: now + UInt64(defaultDeadlineMilliseconds) * 1_000_000)
        }
        let longest = isStream ? UInt64.max - now : UInt64(maximumDeadlineMilliseconds) * 1_000_000
        return Deadline(uptimeNanoseconds: now + min(asked, longest))
    }
}
