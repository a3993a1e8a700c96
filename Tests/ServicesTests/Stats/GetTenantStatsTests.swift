internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The view of GetTenantStats")
struct GetTenantStatsTests {
    private static func request(_ view: Int32) -> GetTenantStatsRequest {
        var request = GetTenantStatsRequest()
        request.view = view
        return request
    }

    private static let analytics = Callers.caller(features: .advancedAnalytics)

    @Test("By default breakdowns come with the feature; BASIC has none, FULL has them")
    func views() throws {
        #expect(try GetTenantStats.includesBreakdowns(Self.request(0), Self.analytics))
        #expect(try !GetTenantStats.includesBreakdowns(Self.request(0), Callers.caller()))
        #expect(try !GetTenantStats.includesBreakdowns(Self.request(1), Self.analytics))
        #expect(try GetTenantStats.includesBreakdowns(Self.request(2), Self.analytics))
    }

    @Test("FULL without the feature is refused with what is missing")
    func feature() throws {
        let others = Callers.caller(features: [.agentSharing, .customAgents, .prioritySupport])
        let error = try #require(throws: ServiceError.self) {
            try GetTenantStats.includesBreakdowns(Self.request(2), others)
        }
        #expect(error.reason == .featureDisabled)
        #expect(
            error.details.contains {
                if case .precondition("TENANT_FEATURE", "advanced_analytics", _) = $0 { true } else { false }
            })
    }

    @Test("A view that is unknown is refused by name", arguments: [3, -1, Int32.max, .min])
    func unknown(_ view: Int32) {
        let fields = refusedFields { () throws(ServiceError) in
            try GetTenantStats.includesBreakdowns(Self.request(view), Self.analytics)
        }
        #expect(fields == ["view"])
    }
}
