internal import Foundation

/// Where settings are looked for, most important first: flags, environment, configuration file.
package struct SettingsSources: Sendable {
    /// Names of the environment that begin like ours and belong to clients, or to the tests.
    private static let foreignNames: Set<String> = [
        "AGENTD_ADDRESS", "AGENTD_TOKEN", "AGENTD_TOKEN_FILE", "AGENTD_TENANT", "AGENTD_TLS", "AGENTD_CA_FILE",
        "AGENTD_CLIENT_CERTIFICATE_FILE", "AGENTD_CLIENT_KEY_FILE", "AGENTD_SERVER_NAME",
    ]
    private static let foreignPrefixes = ["AGENTD_TEST_", "AGENTD_CI_"]
    /// Names the configuration file itself.
    package static let configurationFileName = "AGENTD_CONFIG"

    /// By flag, such as `--log-level`.
    private let flags: [String: String]
    let environment: [String: String]
    private let file: ConfigurationFile?
    /// Root keeps its data elsewhere than other users.
    let isRoot: Bool

    package init(
        flags: [String: String] = [:], environment: [String: String] = [:], file: ConfigurationFile? = nil,
        isRoot: Bool = false
    ) {
        self.flags = flags
        self.environment = environment
        self.file = file
        self.isRoot = isRoot
    }

    /// The flags of settings among the arguments of a command, as `--flag value` and `--flag=value`.
    package static func flags(_ arguments: [String]) throws(SettingsProblem) -> [String: String] {
        let known = SettingsTable.entries.flatMap { [$0.flag, $0.fileFormFlag] }.compactMap(\.self)
        var flags: [String: String] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            let equals = argument.firstIndex(of: "=")
            let flag = String(argument[..<(equals ?? argument.endIndex)])
            guard flag.hasPrefix("--") else { throw SettingsProblem("\"\(argument)\" is not expected here.") }
            guard known.contains(flag) else { throw .unknown(flag, what: "an option of this command", among: known) }
            guard flags[flag] == nil else { throw SettingsProblem("\(flag) is given twice.") }
            if let equals {
                flags[flag] = String(argument[argument.index(after: equals)...])
            } else {
                guard let value = rest.popFirst() else { throw SettingsProblem("\(flag) needs a value.") }
                flags[flag] = value
            }
        }
        return flags
    }

    /// The text of a setting and where it was found; nil when nobody gave it.
    func text(of entry: SettingEntry) throws(SettingsProblem) -> (text: String, origin: SettingOrigin)? {
        for layer in [Layer.flags, .environment, .file] {
            let direct = lookUp(entry.flag, entry.name, entry.key, in: layer)
            let path = lookUp(entry.fileFormFlag, entry.fileFormName, entry.fileFormKey, in: layer)
            if direct != nil, let path {
                throw SettingsProblem(
                    "\(entry.name) is given both itself and as a file (\(path.origin)). Give only one.")
            }
            if let direct { return direct }
            if let path { return (try Self.contents(of: path.text, entry, path.origin), path.origin) }
        }
        return nil
    }

    private enum Layer { case flags, environment, file }

    private func lookUp(
        _ flag: String?, _ name: String?, _ key: String?, in layer: Layer
    ) -> (text: String, origin: SettingOrigin)? {
        switch layer {
        case .flags:
            guard let flag, let text = flags[flag] else { return nil }
            return (text, .flag(flag))
        case .environment:
            // An empty variable is how one takes a setting back in a compose file.
            guard let name, let text = environment[name], !text.isEmpty else { return nil }
            return (text, .environment(name))
        case .file:
            guard let key, let file, let text = file.text(forKey: key) else { return nil }
            return (text, .file(file.path, key: key))
        }
    }

    /// A secret from a file, without the newline that editors put at its end.
    private static func contents(
        of path: String, _ entry: SettingEntry, _ origin: SettingOrigin
    ) throws(SettingsProblem) -> String {
        do {
            var text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
            while text.last?.isNewline == true { text.removeLast() }
            return text
        } catch {
            throw SettingsProblem(
                "The file \(path) of \(entry.name) (\(origin)) cannot be read: \(SystemError.reason(error))")
        }
    }

    /// Names that nothing will ever read: a mistyped one must not silently leave the default in force.
    func unknownNames() -> [SettingsProblem] {
        let entries = SettingsTable.entries
        let names = entries.flatMap { [$0.name, $0.fileFormName] }.compactMap(\.self) + [Self.configurationFileName]
        let strangers = environment.keys.sorted().filter { name in
            name.hasPrefix(SettingEntry.prefix) && !names.contains(name) && !Self.foreignNames.contains(name)
                && !Self.foreignPrefixes.contains(where: name.hasPrefix)
        }
        var problems = strangers.map { SettingsProblem.unknown($0, what: "a setting of agentd", among: names) }
        guard let file else { return problems }
        let keys = entries.flatMap { [$0.key, $0.fileFormKey] }.compactMap(\.self)
        problems += file.keys.filter { !keys.contains($0) }.map { key in
            .unknown(
                key, what: "a key of the configuration file \(file.path)", among: keys,
                resembling: key.replacing(SettingEntry.prefix, with: "", maxReplacements: 1).lowercased())
        }
        return problems
    }
}
