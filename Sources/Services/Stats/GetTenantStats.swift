internal import AgentdCore
internal import Messages
internal import Storage

/// Counts what the tenant of the call has and does.
struct GetTenantStats: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/GetTenantStats"
    static let access = Access.role(.tenantAdministrator)
    static let looksIntoInactiveTenants = true

    func callAsFunction(
        _ request: GetTenantStatsRequest, _ context: CallContext
    ) async throws(ServiceError) -> TenantStats {
        let includesBreakdowns = try Self.includesBreakdowns(request, context.caller)
        return try await context.tenant.run(TenantStatsStatement(includesBreakdowns: includesBreakdowns))
    }

    /// - Throws: `FEATURE_DISABLED` when breakdowns are asked for in a tenant that does not have them.
    static func includesBreakdowns(
        _ request: GetTenantStatsRequest, _ caller: Caller
    ) throws(ServiceError) -> Bool {
        switch request.view {
        case 0: return caller.features.contains(.advancedAnalytics)
        case 1: return false
        case 2:
            try caller.require([FeatureNeed(feature: .advancedAnalytics, purpose: "breakdowns")])
            return true
        default: throw .fields([FieldViolation(field: "view", description: "is unknown, one of BASIC, FULL")])
        }
    }
}
