internal import AgentdClient
internal import ArgumentParser

/// The limits of a tenant.
struct TenantLimitOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Agents at most; 0 is no limit.", valueName: "number"))
    var maxAgents: Int64?

    @Option(help: ArgumentHelp("Users at most; 0 is no limit.", valueName: "number"))
    var maxUsers: Int64?

    @Option(help: ArgumentHelp("API keys at most; 0 is no limit.", valueName: "number"))
    var maxTokens: Int64?

    @Option(help: ArgumentHelp("Calls per second at most, at each daemon; 0 is no limit.", valueName: "number"))
    var requestsPerSecond: Int32?

    @Option(help: ArgumentHelp("Calls at the same time at most, at each daemon; 0 is no limit.", valueName: "number"))
    var maxInFlight: Int32?

    func set(_ changes: inout Changes<AgentdClient.Tenant, AgentdClient.TenantField>) {
        changes.set(\.limits.maxAgents, .maxAgents, maxAgents)
        changes.set(\.limits.maxUsers, .maxUsers, maxUsers)
        changes.set(\.limits.maxTokens, .maxTokens, maxTokens)
        changes.set(\.limits.requestsPerSecond, .requestsPerSecond, requestsPerSecond)
        changes.set(\.limits.maxInFlight, .maxInFlight, maxInFlight)
    }

    var isEmpty: Bool {
        maxAgents == nil && maxUsers == nil && maxTokens == nil && requestsPerSecond == nil && maxInFlight == nil
    }
}
