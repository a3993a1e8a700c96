/// One row of the table of settings: what people, and everything that is written about settings, know of it.
package struct SettingEntry: Sendable, Hashable {
    /// How much of a value may be shown.
    package enum Secrecy: Sendable {
        case open
        /// A connection string: everything but its password.
        case password
        case secret
    }

    /// As in the environment, such as `AGENTD_LOG_LEVEL`.
    package let name: String
    /// What it does, in a sentence.
    package let meaning: String
    /// What a value looks like, as it follows "it must be".
    package let expected: String
    /// The default as one would write it; nil when the setting is absent by default.
    package let fallback: String?
    package let secrecy: Secrecy
    /// Whether a new value is taken over at SIGHUP; others need a restart.
    package internal(set) var changesAtRunTime = false

    /// Secrets may also be in a file, whose path is given under this name.
    package var fileFormName: String? { secrecy == .open ? nil : name + "_FILE" }
    /// Its flag, such as `--log-level`. None for a secret: everyone may read the arguments of a process.
    package var flag: String? { secrecy == .secret ? nil : Self.flag(of: name) }
    package var fileFormFlag: String? { fileFormName.map(Self.flag(of:)) }
    /// What it does and whether that can be changed while agentd runs.
    package var explanation: String { changesAtRunTime ? "\(meaning) A new value is taken over at SIGHUP." : meaning }
    /// Its key in the configuration file, such as `log_level`.
    package var key: String { Self.key(of: name) }
    package var fileFormKey: String? { fileFormName.map(Self.key(of:)) }

    private static func key(of name: String) -> String {
        (name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name).lowercased()
    }

    private static func flag(of name: String) -> String { "--" + key(of: name).replacing("_", with: "-") }

    /// Of the names in the environment that belong to agentd alone.
    package static let prefix = "AGENTD_"
}

/// A setting with the type of its values.
struct Setting<Value: Sendable>: Sendable {
    let entry: SettingEntry
    let fallback: Value
    /// A value from its text; nil when it is not what the setting takes.
    let read: @Sendable (String) -> Value?

    /// The same, of a setting whose new values are taken over while agentd runs.
    var changingAtRunTime: Setting {
        var entry = entry
        entry.changesAtRunTime = true
        return Setting(entry: entry, fallback: fallback, read: read)
    }
}

// MARK: The kinds of settings

extension Setting where Value == Int {
    static func integer(_ name: String, _ range: ClosedRange<Int>, fallback: Int, _ meaning: String) -> Setting {
        Setting(
            entry: SettingEntry(
                name: name, meaning: meaning,
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)", fallback: String(fallback),
                secrecy: .open),
            fallback: fallback,
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } })
    }

    /// Its values are milliseconds.
    static func duration(_ name: String, _ range: ClosedRange<Int>, fallback: Int, _ meaning: String) -> Setting {
        let (shortest, longest) = (
            DurationText.text(milliseconds: range.lowerBound), DurationText.text(milliseconds: range.upperBound)
        )
        return Setting(
            entry: SettingEntry(
                name: name, meaning: meaning,
                expected: "a duration such as 500ms, 10s or 2m, from \(shortest) to \(longest)",
                fallback: DurationText.text(milliseconds: fallback), secrecy: .open),
            fallback: fallback,
            read: { text in DurationText.milliseconds(text).flatMap { range.contains($0) ? $0 : nil } })
    }
}

extension Setting where Value == Bool {
    static func boolean(_ name: String, fallback: Bool, _ meaning: String) -> Setting {
        Setting(
            entry: SettingEntry(
                name: name, meaning: meaning, expected: "true or false", fallback: String(fallback), secrecy: .open),
            fallback: fallback,
            read: { text in
                switch text.lowercased() {
                case "true", "1", "yes", "on": true
                case "false", "0", "no", "off": false
                default: nil
                }
            })
    }
}

extension Setting where Value == String? {
    /// Any text that is not empty, absent by default.
    static func text(
        _ name: String, secrecy: SettingEntry.Secrecy = .open, expected: String = "a text that is not empty",
        minimumBytes: Int = 1, _ meaning: String
    ) -> Setting {
        Setting(
            entry: SettingEntry(name: name, meaning: meaning, expected: expected, fallback: nil, secrecy: secrecy),
            fallback: nil,
            read: { $0.utf8.count >= minimumBytes && !$0.utf8.contains(0) ? .some($0) : nil })
    }
}

extension Setting where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of a few words.
    static func choice(_ name: String, fallback: Value, _ meaning: String) -> Setting {
        let words = Value.allCases.map(\.rawValue)
        return Setting(
            entry: SettingEntry(
                name: name, meaning: meaning, expected: "one of \(words.joined(separator: ", "))",
                fallback: fallback.rawValue, secrecy: .open),
            fallback: fallback,
            read: { Value(rawValue: $0.lowercased()) })
    }
}
