internal import AgentdCore
internal import Synchronization

/// Holds each tenant to its limits of requests a second and of calls in flight, over all event loops of this daemon.
/// Every replica counts for itself.
package final class TenantAdmission: Sendable {
    /// What is known of one tenant that has such limits.
    private struct Gate {
        /// When the requests so far would have come if they had kept exactly to the rate (GCRA, ITU-T I.371).
        var theoreticalArrival: UInt64 = 0
        var inFlight: Int32 = 0

        func isIdle(at now: UInt64) -> Bool { inFlight == 0 && theoreticalArrival <= now }
    }

    private static let secondNanoseconds: UInt64 = 1_000_000_000
    /// A burst may bring what a second allows.
    private static let burstNanoseconds = secondNanoseconds
    /// From this number of gates on, idle ones are looked for and forgotten.
    private static let usualGates = 1_024
    /// A call takes milliseconds: after this long one of those in flight has ended.
    fileprivate static let inFlightRetryMilliseconds = 50

    private struct State {
        var gates: [TenantID: Gate] = [:]
        var sweepAt = usualGates
    }

    private let state = Mutex(State())

    package init() {}

    /// Counts a call in, unless the tenant is at a limit. Whoever was let in must `leave`.
    /// - Parameter now: Of the monotonic clock, in nanoseconds.
    /// - Returns: Whether the call was counted: tenants without limits are not.
    /// - Throws: `RATE_LIMIT` or `INFLIGHT_LIMIT`.
    func enter(_ tenant: TenantProfile, at now: UInt64) throws(ServiceError) -> Bool {
        let limits = tenant.limits
        guard limits.requestsPerSecond > 0 || limits.maxInFlight > 0 else { return false }
        let refusal = state.withLock { state -> ServiceError? in
            if state.gates.count >= state.sweepAt { Self.sweep(&state, at: now) }
            return Self.admit(&state.gates[tenant.id, default: Gate()], limits, at: now)
        }
        if let refusal { throw refusal }
        return true
    }

    /// Tenants of which something is known.
    var gates: Int { state.withLock { $0.gates.count } }

    func leave(_ tenant: TenantProfile) { state.withLock { $0.gates[tenant.id]?.inFlight -= 1 } }

    private static func admit(_ gate: inout Gate, _ limits: TenantLimits, at now: UInt64) -> ServiceError? {
        if limits.maxInFlight > 0, gate.inFlight >= limits.maxInFlight { return .tenantInFlight(limits.maxInFlight) }
        if limits.requestsPerSecond > 0 {
            let interval = secondNanoseconds / UInt64(limits.requestsPerSecond)
            let arrival = max(gate.theoreticalArrival, now) + interval
            if arrival > now + burstNanoseconds {
                return .rate(limits.requestsPerSecond, retryNanoseconds: arrival - now - burstNanoseconds)
            }
            gate.theoreticalArrival = arrival
        }
        gate.inFlight += 1
        return nil
    }

    private static func sweep(_ state: inout State, at now: UInt64) {
        state.gates = state.gates.filter { !$0.value.isIdle(at: now) }
        state.sweepAt = max(usualGates, state.gates.count * 2)
    }
}

extension ServiceError {
    fileprivate static func rate(_ limit: Int32, retryNanoseconds: UInt64) -> ServiceError {
        ServiceError(
            .rateLimit, "The tenant may make \(limit) requests a second.",
            details: [
                .quota(subject: "requests_per_second", description: "at most \(limit) requests of the tenant a second"),
                .retry(afterMilliseconds: Int(retryNanoseconds / 1_000_000) + 1),
            ])
    }

    fileprivate static func tenantInFlight(_ limit: Int32) -> ServiceError {
        ServiceError(
            .inFlightLimit, "The tenant may have \(limit) calls in flight.",
            details: [
                .quota(subject: "max_in_flight", description: "at most \(limit) calls of the tenant at once"),
                .retry(afterMilliseconds: TenantAdmission.inFlightRetryMilliseconds),
            ])
    }
}
