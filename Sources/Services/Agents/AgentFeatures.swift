internal import AgentdCore
internal import Storage

extension Caller {
    /// Refuses what the tenant has not switched on. It depends on the caller and the request alone, never on what is
    /// stored, so the answer tells nothing of an agent that the caller cannot see.
    /// - Parameter fields: Those of `agent` that the request sets.
    /// - Throws: `FEATURE_DISABLED` with each feature that is missing.
    func requireFeatures(for agent: Agent, fields: AgentFields) throws(ServiceError) {
        var needs: [FeatureNeed] = []
        if fields.contains(.type), agent.type == .custom {
            needs.append(FeatureNeed(feature: .customAgents, purpose: "agents of type CUSTOM"))
        }
        if fields.contains(.isPublic), agent.isPublic {
            needs.append(FeatureNeed(feature: .agentSharing, purpose: "agents that the whole tenant may view"))
        }
        try require(needs)
    }
}
