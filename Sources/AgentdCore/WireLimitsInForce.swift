internal import Synchronization

/// The bounds of the wire that are in force. They can be exchanged while calls are served; who needs them to stay the
/// same, such as a connection, takes a copy.
package final class WireLimitsInForce: Sendable {
    private let limits: Mutex<WireLimits>

    package init(_ limits: WireLimits) { self.limits = Mutex(limits) }

    package var current: WireLimits { limits.withLock { $0 } }

    package func exchange(for newLimits: WireLimits) { limits.withLock { $0 = newLimits } }
}
