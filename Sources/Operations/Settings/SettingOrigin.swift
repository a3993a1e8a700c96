/// Where a value came from.
package enum SettingOrigin: Sendable, Equatable, CustomStringConvertible {
    case flag(String)
    case environment(String)
    case file(String, key: String)
    case fallback
    /// Worked out from another setting or from the machine.
    case derived(from: String)

    package var description: String {
        switch self {
        case .flag(let name): "flag \(name)"
        case .environment(let name): "environment \(name)"
        case .file(let path, let key): "file \(path), key \(key)"
        case .fallback: "default"
        case .derived(let source): "from \(source)"
        }
    }
}

/// One setting as it is in force: what `agentd config --effective` shows.
package struct EffectiveSetting: Sendable, Equatable {
    package let entry: SettingEntry
    /// Without secrets; nil when it is not set.
    package internal(set) var shown: String?
    package internal(set) var origin: SettingOrigin
    /// Tells one value from another, also where they are secret.
    var fingerprint: Int
}
