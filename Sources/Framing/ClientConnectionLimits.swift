/// The bounds of a client's connection, each with its reason.
package struct ClientConnectionLimits: Sendable, Equatable {
    /// The version of the protocol that this client speaks.
    package static let version: UInt32 = 1
    /// What an answer's frame holds besides its message: headers, and the details of an error.
    package static let frameOverheadBytes = 64 * 1_024
    /// No server makes a client hold more than this for one frame, whatever its `Welcome` says.
    package static let largestFrameBytes = 64 << 20

    /// Deeper than a server takes helps nobody; the server's own limit counts when it is smaller.
    package var callsInFlight = 1_024
    /// Calls that wait for their turn hold memory; beyond this a caller is told at once.
    package var callsWaiting = 16_384
    package var connectTimeoutMilliseconds = 10_000
    /// A server that accepts and says nothing is none of ours, or hangs.
    package var welcomeTimeoutMilliseconds = 10_000
    /// With calls in flight and nothing heard for so long, the peer is asked whether it lives.
    package var pingIntervalMilliseconds = 15_000
    /// A peer that does not answer a ping for so long is dead.
    package var pongTimeoutMilliseconds = 10_000

    package init() {}
}
