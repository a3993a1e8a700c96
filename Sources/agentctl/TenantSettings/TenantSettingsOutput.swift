internal import AgentdClient

extension JSONValue {
    init(_ settings: AgentdClient.TenantSettings) {
        self = .object([
            "settings": .array(
                settings.settings.map { setting in
                    .object([
                        "key": .string(setting.key),
                        "value": .string(setting.value),
                        "default_value": .string(setting.defaultValue),
                        "expected": .string(setting.expected),
                        "description": .string(setting.description),
                    ])
                }),
            "etag": .string(settings.etag),
        ])
    }
}

extension AgentdClient.TenantSettings {
    /// For people: each setting as it is set, and below it what it does and what it can be.
    var text: String { Self.text(settings) }

    /// For people: only those of these keys.
    func text(of keys: [String]) -> String { Self.text(settings.filter { keys.contains($0.key) }) }

    private static func text(_ settings: [AgentdClient.TenantSetting]) -> String {
        settings.map { setting in
            let value = setting.value == setting.defaultValue ? "" : " By default \(setting.defaultValue)."
            let lines = DisplayText.wrapped(
                "\(setting.description) Must be \(setting.expected).\(value)",
                width: (Terminal.outputWidth ?? usualWidth) - indentation.count)
            return DisplayText.line("\(setting.key)=\(setting.value)") + "\n"
                + lines.map { indentation + $0 + "\n" }.joined()
        }.joined(separator: "\n")
    }

    private static let indentation = "    "
    /// Of the lines where they go to no terminal.
    private static let usualWidth = 100
}
