package import AgentdCore

/// Counts the calls of each tenant until somebody takes the counts away. One for each event loop; confined to it.
///
/// Unchecked: its counts are touched on that loop alone.
package final class CallMeter: @unchecked Sendable {
    /// How many tenants may call between two takings before another one's calls go uncounted: as many as an event loop
    /// remembers tokens, unless it is set otherwise. Some megabytes.
    package static let maximumTenants = 16_384

    private let uptimeNanoseconds: @Sendable () -> UInt64
    private var counts: [TenantID: TenantStats.Calls] = [:]

    /// - Parameter uptimeNanoseconds: The monotonic clock.
    package init(uptimeNanoseconds: @escaping @Sendable () -> UInt64) { self.uptimeNanoseconds = uptimeNanoseconds }

    /// Of the monotonic clock, in nanoseconds.
    var now: UInt64 { uptimeNanoseconds() }

    /// Counts a call that was answered just now.
    /// - Parameters:
    ///   - tenant: In which it worked.
    ///   - start: When it arrived, by `now`.
    ///   - failed: Whether its answer was an error.
    func record(_ tenant: TenantID, since start: UInt64, failed: Bool) {
        let end = now
        add(tenant, microseconds: end > start ? Int64((end - start) / 1_000) : 0, failed: failed)
    }

    /// Counts a call for which nothing was done.
    func recordRefusal(of tenant: TenantID) { add(tenant, microseconds: 0, failed: true) }

    private func add(_ tenant: TenantID, microseconds: Int64, failed: Bool) {
        guard counts.count < Self.maximumTenants || counts[tenant] != nil else { return }
        counts[tenant, default: TenantStats.Calls()].add(microseconds: microseconds, failed: failed)
    }

    /// What was counted since it was taken last, by tenant.
    package func take() -> [TenantID: TenantStats.Calls] {
        let taken = counts
        counts = [:]
        return taken
    }
}

extension TenantStats.Calls {
    fileprivate mutating func add(microseconds: Int64, failed: Bool) {
        calls += 1
        errors += failed ? 1 : 0
        latencyMicroseconds += microseconds
    }
}
