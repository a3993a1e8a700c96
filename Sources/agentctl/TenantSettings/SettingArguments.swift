internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

/// `KEY=VALUE`.
struct SettingAssignment: ExpressibleByArgument {
    let setting: AgentdClient.TenantSetting

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        setting = .init(key: String(argument[..<sign]), value: String(argument[argument.index(after: sign)...]))
    }

    static var defaultCompletionKind: CompletionKind { .list(TenantSetting.all.map { "\($0.key)=" }) }
}

/// The name of a setting.
struct SettingKey: ExpressibleByArgument {
    let text: String

    init?(argument: String) {
        guard !argument.isEmpty, !argument.contains("=") else { return nil }
        text = argument
    }

    static var defaultCompletionKind: CompletionKind { .list(TenantSetting.all.map(\.key)) }

    /// What was meant instead of those keys that the daemon does not know.
    /// - Parameter keys: In the order of the request.
    static func hint(on error: AgentdError, keys: [String]) -> String? {
        let unknown = keys.enumerated().filter { index, _ in
            error.violations.contains { $0.field == "settings[\(index)].key" }
        }
        let suggestions = unknown.compactMap { NearestName.to($1, among: TenantSetting.all.map(\.key)) }
        return suggestions.isEmpty ? nil : "did you mean \(suggestions.joined(separator: ", "))?"
    }
}
