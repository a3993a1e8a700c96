package import Messages
internal import Synchronization

/// Whether the daemon can serve, as `grpc.health.v1.Health` tells it. Set by whoever starts and stops the daemon, asked
/// from every event loop.
package final class HealthState: Sendable {
    /// Whether the process lives: that it answers is the answer.
    private static let liveness = "liveness"
    /// Whether it takes calls, as every service and the name "" do.
    private static let readiness = "readiness"
    private static let services = Set(MethodSchema.all.map(\.service) + [readiness, ""])

    private let isReady = Mutex(false)

    package init() {}

    package func setReady(_ ready: Bool) { isReady.withLock { $0 = ready } }

    /// - Parameter service: The full name of a service, `liveness`, `readiness`, or "" for the daemon as a whole.
    /// - Returns: Nil when there is no such service.
    package func status(of service: String) -> ServingStatus? {
        if service == Self.liveness { return .serving }
        guard Self.services.contains(service) else { return nil }
        return isReady.withLock { $0 } ? .serving : .notServing
    }
}
