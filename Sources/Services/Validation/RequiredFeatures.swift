internal import AgentdCore

/// Something that a tenant may do only with a feature.
struct FeatureNeed {
    let feature: Features
    /// What needs it, such as "agents of type CUSTOM".
    let purpose: String
}

extension Caller {
    /// Refuses what the tenant of the call has not switched on.
    /// - Throws: `FEATURE_DISABLED` with each feature that is missing.
    func require(_ needs: [FeatureNeed]) throws(ServiceError) {
        let missing = needs.filter { !features.contains($0.feature) }
        guard !missing.isEmpty else { return }
        let sentences = missing.map { "\($0.purpose) need the feature \($0.feature.names.joined())" }
        throw ServiceError(
            .featureDisabled, "The tenant has not switched it on: \(sentences.joined(separator: "; ")).",
            details: zip(missing, sentences).map { missing, sentence in
                .precondition(type: "TENANT_FEATURE", subject: missing.feature.names.joined(), description: sentence)
            })
    }
}
