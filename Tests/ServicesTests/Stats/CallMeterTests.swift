internal import AgentdCore
internal import Synchronization
internal import Testing

@testable internal import Services

@Suite("The meter of calls")
struct CallMeterTests {
    /// A clock that a test sets.
    private final class Clock: Sendable {
        let time = Atomic<UInt64>(1_000_000_000)

        func advance(microseconds: UInt64) { time.add(microseconds * 1_000, ordering: .relaxed) }
    }

    private static func meter(_ clock: Clock) -> CallMeter {
        CallMeter(uptimeNanoseconds: { clock.time.load(ordering: .relaxed) })
    }

    @Test("Calls, errors and time are counted by tenant until they are taken")
    func counts() {
        let clock = Clock()
        let meter = Self.meter(clock)
        let calls: [(tenant: TenantID, microseconds: UInt64, failed: Bool)] = [
            (Callers.tenantA, 5, false), (Callers.tenantA, 7, true), (Callers.tenantB, 11, true),
        ]
        for (tenant, microseconds, failed) in calls {
            let start = meter.now
            clock.advance(microseconds: microseconds)
            meter.record(tenant, since: start, failed: failed)
        }
        let taken = meter.take()
        #expect(taken.count == 2)
        let (one, other) = (taken[Callers.tenantA], taken[Callers.tenantB])
        #expect(one?.calls == 2 && one?.errors == 1 && one?.latencyMicroseconds == 12)
        #expect(other?.calls == 1 && other?.errors == 1 && other?.latencyMicroseconds == 11)
        #expect(meter.take().isEmpty)
    }

    @Test("A flood of tenants is bounded, and those that are known go on being counted")
    func bound() {
        let meter = Self.meter(Clock())
        for number in 0..<UInt64(CallMeter.maximumTenants + 100) {
            meter.record(TenantID(UUIDValue(high: number, low: 0)), since: meter.now, failed: false)
        }
        let known = TenantID(UUIDValue(high: 0, low: 0))
        meter.record(known, since: meter.now, failed: false)
        let taken = meter.take()
        #expect(taken.count == CallMeter.maximumTenants && taken[known]?.calls == 2)
    }
}
