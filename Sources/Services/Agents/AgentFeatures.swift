internal import AgentdCore
internal import Storage

extension Caller {
    /// Refuses what the tenant has not switched on. It depends on the caller and the request alone, never on what is
    /// stored, so the answer tells nothing of an agent that the caller cannot see.
    /// - Parameter fields: Those of `agent` that the request sets.
    /// - Throws: `FEATURE_DISABLED` with each feature that is missing.
    func requireFeatures(for agent: Agent, fields: AgentFields) throws(ServiceError) {
        var missing: [(feature: Features, purpose: String)] = []
        if fields.contains(.type), agent.type == .custom, !features.contains(.customAgents) {
            missing.append((.customAgents, "agents of type CUSTOM"))
        }
        if fields.contains(.isPublic), agent.isPublic, !features.contains(.agentSharing) {
            missing.append((.agentSharing, "agents that the whole tenant may view"))
        }
        guard !missing.isEmpty else { return }
        let needs = missing.map { "\($0.purpose) need the feature \($0.feature.names.joined())" }
        throw ServiceError(
            .featureDisabled, "The tenant has not switched it on: \(needs.joined(separator: "; ")).",
            details: zip(missing, needs).map { missing, need in
                .precondition(type: "TENANT_FEATURE", subject: missing.feature.names.joined(), description: need)
            })
    }
}
