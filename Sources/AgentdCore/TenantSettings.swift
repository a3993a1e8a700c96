/// What the administrators of a tenant may set, with its defaults.
package struct TenantSettings: Sendable, Equatable {
    /// Of an agent that is created without a status.
    package var defaultAgentStatus = AgentStatus.draft
    /// Of an agent's system prompt.
    package var maxPromptBytes = TenantSettings.largestPromptBytes
    /// Which agents may be created, and what an agent may be changed to.
    package var allowedAgentTypes = Set(AgentType.allCases)
    /// Of a list that is asked for without a page size.
    package var defaultPageSize = 50
    /// Of an agent that is created without saying which.
    package var defaultAgentVisibility = AgentVisibility.private
    /// How long audit events are kept.
    package var auditRetentionDays = 365

    /// The longest system prompt of any tenant.
    package static let largestPromptBytes = 262_144

    /// The fewest days that any tenant keeps audit events: an administrator must not be rid at once of what it did.
    package static let fewestAuditRetentionDays = 30

    package init() {}

    /// - Parameter stored: The texts of the settings that were changed, by key. What this version does not know, or
    ///   cannot read, is left at its default.
    package init(stored: [String: String]) {
        for setting in TenantSetting.all {
            if let text = stored[setting.key] { _ = setting.read(text, &self) }
        }
    }

    /// The texts of the settings that differ from their defaults, by key.
    package var stored: [String: String] {
        let standard = TenantSettings()
        return TenantSetting.all.reduce(into: [:]) { stored, setting in
            let text = setting.text(self)
            if text != setting.text(standard) { stored[setting.key] = text }
        }
    }
}

/// One setting of a tenant: what people, and everything that is written about it, know of it.
package struct TenantSetting: Sendable {
    /// Such as `max_prompt_bytes`.
    package let key: String
    /// What it does, in a sentence.
    package let description: String
    /// What a value looks like, as it follows "must be".
    package let expected: String
    /// Its value as a text.
    package let text: @Sendable (TenantSettings) -> String
    /// Sets it from a text; false, without a change, when the text is no value of it.
    package let read: @Sendable (String, inout TenantSettings) -> Bool

    /// All of them, in the order in which they are shown.
    package static let all: [TenantSetting] = [
        choice(
            "default_agent_status", \.defaultAgentStatus, AgentStatus.allCases,
            "The status of an agent that is created without one."),
        choice(
            "default_agent_visibility", \.defaultAgentVisibility, AgentVisibility.allCases,
            "Who may view an agent that is created without saying so: PRIVATE for its owner alone, PUBLIC for the "
                + "whole tenant. PUBLIC needs the feature agent_sharing."),
        TenantSetting(
            key: "allowed_agent_types",
            description: "The types that agents may be created with or changed to. Agents that have another type keep "
                + "it.",
            expected: "one or more of \(names(AgentType.allCases)), separated by commas",
            text: { settings in names(AgentType.allCases.filter { settings.allowedAgentTypes.contains($0) }, ",") },
            read: { text, settings in
                let words = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
                let types = words.compactMap { word in AgentType.allCases.first { $0.settingName == word } }
                guard types.count == words.count else { return false }
                settings.allowedAgentTypes = Set(types)
                return true
            }),
        number(
            "max_prompt_bytes", \.maxPromptBytes, 1...TenantSettings.largestPromptBytes,
            "The longest system prompt that an agent may be given, in bytes."),
        number(
            "default_page_size", \.defaultPageSize, 1...1_000,
            "How many objects a page of a list holds when the request does not say."),
        number(
            "audit_retention_days", \.auditRetentionDays, TenantSettings.fewestAuditRetentionDays...3_650,
            "How many days audit events are kept; older ones are removed."),
    ]

    package static func named(_ key: String) -> TenantSetting? { all.first { $0.key == key } }
}

/// A value that has a name among a few.
private protocol Named: Equatable, Sendable {
    var settingName: String { get }
}

extension AgentStatus: Named {
    fileprivate var settingName: String { databaseName.uppercased() }
}

extension AgentType: Named {
    fileprivate var settingName: String { databaseName.uppercased() }
}

extension AgentVisibility: Named {
    fileprivate var settingName: String {
        switch self {
        case .private: "PRIVATE"
        case .public: "PUBLIC"
        }
    }
}

extension TenantSetting {
    private typealias Path<Value> = any WritableKeyPath<TenantSettings, Value> & Sendable

    private static func names(_ values: [some Named], _ separator: String = ", ") -> String {
        values.map(\.settingName).joined(separator: separator)
    }

    private static func choice<Value: Named>(
        _ key: String, _ path: Path<Value>, _ values: [Value], _ description: String
    ) -> TenantSetting {
        TenantSetting(
            key: key, description: description, expected: "one of \(names(values))",
            text: { $0[keyPath: path].settingName },
            read: { text, settings in
                guard let value = values.first(where: { $0.settingName == text }) else { return false }
                settings[keyPath: path] = value
                return true
            })
    }

    private static func number(
        _ key: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ description: String
    ) -> TenantSetting {
        TenantSetting(
            key: key, description: description,
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            text: { String($0[keyPath: path]) },
            read: { text, settings in
                guard let number = Int(text), range.contains(number), String(number) == text else { return false }
                settings[keyPath: path] = number
                return true
            })
    }
}
