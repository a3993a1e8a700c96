internal import AgentdCore
internal import Testing

@testable internal import Services

@Suite("The limits of a tenant's calls")
struct TenantAdmissionTests {
    private static let second: UInt64 = 1_000_000_000
    /// Any moment will do.
    private static let start: UInt64 = 77 * second

    private static func tenant(
        _ id: TenantID = Callers.tenantA, requestsPerSecond: Int32 = 0, maxInFlight: Int32 = 0
    ) -> TenantProfile {
        var limits = TenantLimits()
        limits.requestsPerSecond = requestsPerSecond
        limits.maxInFlight = maxInFlight
        return TenantProfile(id: id, limits: limits)
    }

    /// How many of so many calls at one moment are let in; each ends at once.
    private static func admitted(
        _ count: Int, of tenant: TenantProfile, by admission: TenantAdmission, at time: UInt64
    ) -> Int {
        (0..<count).count { _ in
            guard (try? admission.enter(tenant, at: time)) != nil else { return false }
            admission.leave(tenant)
            return true
        }
    }

    @Test("A second brings as many requests as allowed, whether at once or spread", arguments: [1, 3, 7, 50, 1_000])
    func rate(_ limit: Int32) {
        let admission = TenantAdmission()
        let tenant = Self.tenant(requestsPerSecond: limit)
        #expect(Self.admitted(5_000, of: tenant, by: admission, at: Self.start) == Int(limit))
        #expect(Self.admitted(5_000, of: tenant, by: admission, at: Self.start + Self.second) == Int(limit))
        let spread = (1...1_000).map { step in
            Self.admitted(
                10, of: tenant, by: admission, at: Self.start + Self.second + UInt64(step) * Self.second / 1_000)
        }
        #expect((Int(limit) - 1...Int(limit)).contains(spread.reduce(0, +)))
    }

    @Test("A refusal says when the next request is allowed, and then it is")
    func retry() throws {
        let admission = TenantAdmission()
        let tenant = Self.tenant(requestsPerSecond: 4)
        _ = Self.admitted(4, of: tenant, by: admission, at: Self.start)
        let refusal = try #require(throws: ServiceError.self) { try admission.enter(tenant, at: Self.start) }
        #expect(refusal.reason == .rateLimit && refusal.code == .resourceExhausted)
        #expect(refusal.details.contains(.retry(afterMilliseconds: 251)))
        #expect(refusal.details.contains { if case .quota("requests_per_second", _) = $0 { true } else { false } })
        #expect(Self.admitted(1, of: tenant, by: admission, at: Self.start + 251_000_000) == 1)
    }

    @Test("Calls in flight are bounded, and one that ends makes room for one")
    func inFlight() throws {
        let admission = TenantAdmission()
        let tenant = Self.tenant(maxInFlight: 2)
        #expect(try admission.enter(tenant, at: Self.start))
        #expect(try admission.enter(tenant, at: Self.start))
        let refusal = try #require(throws: ServiceError.self) { try admission.enter(tenant, at: Self.start) }
        #expect(refusal.reason == .inFlightLimit)
        #expect(refusal.details.contains { if case .quota("max_in_flight", _) = $0 { true } else { false } })
        #expect(refusal.details.contains { if case .retry = $0 { true } else { false } })
        admission.leave(tenant)
        #expect(try admission.enter(tenant, at: Self.start))
    }

    @Test("A call that is refused for what is in flight takes nothing of the rate")
    func refusalsAreFree() throws {
        let admission = TenantAdmission()
        let tenant = Self.tenant(requestsPerSecond: 2, maxInFlight: 1)
        #expect(try admission.enter(tenant, at: Self.start))
        for _ in 0..<10 { #expect(throws: ServiceError.self) { try admission.enter(tenant, at: Self.start) } }
        admission.leave(tenant)
        #expect(try admission.enter(tenant, at: Self.start))
    }

    @Test("Each tenant has its own limits, and none without limits is counted")
    func apart() throws {
        let admission = TenantAdmission()
        let (one, other) = (Self.tenant(requestsPerSecond: 1), Self.tenant(Callers.tenantB, requestsPerSecond: 1))
        #expect(Self.admitted(5, of: one, by: admission, at: Self.start) == 1)
        #expect(Self.admitted(5, of: other, by: admission, at: Self.start) == 1)
        #expect(try !admission.enter(Self.tenant(), at: Self.start))
    }

    @Test("A hundred thousand tenants that come once leave nothing behind that slows others")
    func manyTenants() {
        let admission = TenantAdmission()
        for number in 0..<100_000 as Range<UInt64> {
            let tenant = Self.tenant(TenantID(UUIDValue(high: number, low: 1)), requestsPerSecond: 100)
            #expect(Self.admitted(1, of: tenant, by: admission, at: Self.start + number * Self.second) == 1)
        }
        #expect(admission.gates <= 1_024)
    }
}
