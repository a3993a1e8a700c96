package import Messages
internal import Synchronization

/// How the daemon is, as `grpc.health.v1.Health` tells it. Set by whoever starts and stops the daemon; asked and
/// watched from every event loop.
package final class HealthState: Sendable {
    /// Where in its life the daemon is. It begins with `starting`, and nothing comes after `draining`.
    package enum Phase: Sendable {
        case starting
        case serving
        /// It served before and will again, when what is missing is back.
        case notServing
        case draining

        fileprivate var status: ServingStatus { self == .serving ? .serving : .notServing }
    }

    /// Whether the process lives: that it answers is the answer, also while it drains.
    private static let liveness = "liveness"
    /// Whether it takes calls, as every service and the name "" do.
    private static let readiness = "readiness"
    /// The names whose status changes. No others come to be while the daemon runs.
    private static let services = Set(MethodSchema.all.map(\.service) + [readiness, ""])

    private struct State {
        var phase = Phase.starting
        var watches: [UInt64: AsyncStream<Void>.Continuation] = [:]
        var lastWatch: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    package var phase: Phase { state.withLock { $0.phase } }

    /// Says whether calls are served from now on. Nothing makes a daemon that drains ready again.
    package func setReady(_ ready: Bool) { enter(ready ? .serving : .notServing) }

    /// Says that the daemon is about to end.
    package func beginDraining() { enter(.draining) }

    private func enter(_ phase: Phase) {
        let watches = state.withLock { state -> [UInt64: AsyncStream<Void>.Continuation] in
            guard state.phase != .draining else { return [:] }
            let isChanged = state.phase.status != phase.status
            state.phase = phase
            return isChanged ? state.watches : [:]
        }
        // Outside of the lock: there may be thousands, and each wakes up an event loop. Whenever they wake up, they
        // read the status that is true then.
        for watch in watches.values { watch.yield() }
    }

    /// - Parameter service: The full name of a service, `liveness`, `readiness`, or "" for the daemon as a whole.
    /// - Returns: Nil when there is no such service.
    package func status(of service: String) -> ServingStatus? {
        if service == Self.liveness { return .serving }
        guard Self.services.contains(service) else { return nil }
        return phase.status
    }

    /// The status of a service now, and then each time that it has changed; `serviceUnknown` for one that does not
    /// exist. Who takes long to ask for the next hears the newest alone, and not what it has heard already. It ends
    /// with the task that asks.
    package func statuses(of service: String) -> Statuses { Statuses(service: service, health: self) }

    /// Yields once, and each time that the status of a service may have changed since the last one was taken.
    fileprivate func wakeUps(for service: String) -> AsyncStream<Void> {
        let (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        if Self.services.contains(service) {
            let number = state.withLock { state in
                state.lastWatch += 1
                state.watches[state.lastWatch] = wake
                return state.lastWatch
            }
            wake.onTermination = { [weak self] _ in self?.forget(number) }
        }
        wake.yield()
        return wakeUps
    }

    private func forget(_ watch: UInt64) { state.withLock { $0.watches[watch] = nil } }

    /// Of services whose status can change.
    var watchCount: Int { state.withLock { $0.watches.count } }

    package struct Statuses: AsyncSequence {
        fileprivate let service: String
        fileprivate let health: HealthState

        package func makeAsyncIterator() -> Iterator {
            Iterator(service: service, health: health, wakeUps: health.wakeUps(for: service).makeAsyncIterator())
        }

        package struct Iterator: AsyncIteratorProtocol {
            fileprivate let service: String
            fileprivate let health: HealthState
            fileprivate var wakeUps: AsyncStream<Void>.Iterator
            fileprivate var last: ServingStatus?

            package mutating func next() async -> ServingStatus? {
                while await wakeUps.next() != nil {
                    let status = health.status(of: service) ?? .serviceUnknown
                    guard status != last else { continue }
                    last = status
                    return status
                }
                return nil
            }
        }
    }
}
