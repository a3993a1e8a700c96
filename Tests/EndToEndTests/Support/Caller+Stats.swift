internal import AgentdCore
internal import Messages

extension Caller {
    /// - Parameter view: The number of `agentd.v1.TenantStatsView`.
    func stats(view: Int32 = 0, headers: [Header] = []) async throws -> TenantStatsMessage {
        var request = GetTenantStatsRequest()
        request.view = view
        return try await call("TenantService/GetTenantStats", request, headers: headers)
    }
}
