internal import AgentdCore

/// One thing that is wrong with the configuration, in words for the person who wrote it.
package struct SettingsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }

    /// A value that its setting does not take.
    init(_ entry: SettingEntry, given: String, origin: SettingOrigin) {
        let shown =
            switch entry.secrecy {
            case .open: "is \"\(given.prefix(200))\""
            case .password, .secret: "has a value that cannot be used"
            }
        self.init("\(entry.name) \(shown) (\(origin)); it must be \(entry.expected).")
    }

    /// - Parameter text: What to look for among the names; by default the name itself.
    static func unknown(
        _ name: String, what: String, among names: [String], resembling text: String? = nil
    ) -> SettingsProblem {
        let suggestion = NearestName.to(text ?? name, among: names).map { "Did you mean \($0)?" }
        return SettingsProblem(
            "\(name) is not \(what). \(suggestion ?? "`agentd config --example` shows all that there are.")")
    }
}

/// Everything that is wrong, at once.
package struct SettingsFailure: Error, Sendable, CustomStringConvertible {
    package let problems: [SettingsProblem]

    package var description: String { problems.map(\.description).joined(separator: "\n") }
}
