internal import AgentdCore
internal import Messages
internal import Storage

/// Changes some settings of the tenant of the call.
struct UpdateTenantSettings: RemoteProcedure {
    static let path = "/agentd.v1.TenantService/UpdateTenantSettings"
    static let access = Access.role(.tenantAdministrator)

    /// Each setting may be named once, and there are far fewer.
    static let maximumEntries = 64

    func callAsFunction(
        _ request: UpdateTenantSettingsRequest, _ context: CallContext
    ) async throws(ServiceError) -> TenantSettingsAnswer {
        let texts = try Self.texts(of: request)
        try context.caller.requireFeatures(for: texts)
        let statement = UpdateTenantSettingsStatement(
            change: context.change(requestID: request.requestID), texts: texts,
            revision: EntityTag.expectedRevision(request.etag))
        let stored = try await context.tenant.run(statement).value(of: .tenant)
        await context.announce(.tenant(context.caller.tenantID))
        return TenantSettingsAnswer(stored)
    }

    /// The new text of each setting that the request names, in the form that is kept; nil for the default.
    static func texts(of request: UpdateTenantSettingsRequest) throws(ServiceError) -> [String: String?] {
        var violations = FieldViolations()
        var texts: [String: String?] = [:]
        let count = request.settings.count
        violations.require(count > 0, "settings", "is empty: nothing would change")
        violations.require(
            count <= maximumEntries, "settings", "has \(count) entries, at most \(maximumEntries) are allowed")
        for (index, entry) in request.settings.prefix(maximumEntries).enumerated() {
            guard let setting = TenantSetting.named(entry.key) else {
                violations.add("settings[\(index)].key", noSetting(entry.key))
                continue
            }
            violations.require(
                !texts.keys.contains(setting.key), "settings[\(index)].key", "\(setting.key) is named twice")
            let text = text(of: setting, entry.value, "settings[\(index)].value", &violations)
            texts.updateValue(text, forKey: setting.key)
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return texts
    }

    private static func text(
        of setting: TenantSetting, _ value: String, _ field: String, _ violations: inout FieldViolations
    ) -> String? {
        let standard = TenantSettings()
        var settings = standard
        if value.isEmpty { return nil }
        violations.require(
            setting.read(value, &settings), field,
            "\(FieldViolations.quoted(value)) is no value of \(setting.key), which must be \(setting.expected)")
        let text = setting.text(settings)
        return text == setting.text(standard) ? nil : text
    }

    private static func noSetting(_ key: String) -> String {
        let keys = TenantSetting.all.map(\.key).joined(separator: ", ")
        return "\(FieldViolations.quoted(key)) is no setting; those are \(keys)"
    }
}

extension Caller {
    /// - Throws: `FEATURE_DISABLED` when a setting is to become what the tenant has not switched on.
    fileprivate func requireFeatures(for texts: [String: String?]) throws(ServiceError) {
        let settings = TenantSettings(stored: texts.compactMapValues { $0 })
        guard settings.defaultAgentVisibility == .public else { return }
        try require([FeatureNeed(feature: .agentSharing, purpose: "agents that the whole tenant may view")])
    }
}
