/// The one table of settings: what parses them also documents them.
package enum SettingsTable {
    private static let groups: [(title: String, entries: [SettingEntry])] = [
        ("Listening", ListenSettings.entries), ("TLS", TLSSettings.entries), ("Database", DatabaseSettings.entries),
        ("Identity", IdentitySettings.entries), ("Tenancy", TenancySettings.entries),
        ("Limits", LimitSettings.entries), ("Statistics", StatisticsSettings.entries), ("Logs", LogSettings.entries),
    ]

    package static let entries = groups.flatMap(\.entries)

    /// A configuration file that says what each setting means. It can be used as it is: settings with a default have
    /// it, the others are comments.
    package static var example: String {
        let head = """
            {
              "//": "Settings of agentd, read with --config FILE. Keys that begin with // are comments.",

            """
        let blocks = groups.flatMap { group in group.entries.map { exampleLines($0, group: group.title) } }
        return head + "\n" + blocks.joined(separator: ",\n\n") + "\n}\n"
    }

    private static func exampleLines(_ entry: SettingEntry, group: String) -> String {
        let comment =
            "  \(json("// \(entry.key)")): \(json("\(group). \(entry.explanation) It must be \(entry.expected)."))"
        guard let fallback = entry.fallback else {
            let file = entry.fileFormKey.map { " Or \($0) with the path of a file that holds it." } ?? ""
            return comment.dropLast() + file + "\""
        }
        // Not 0660, which is no number of JSON.
        let isNumber = Int(fallback).map { String($0) == fallback } ?? false
        let isLiteral = isNumber || fallback == "true" || fallback == "false"
        return comment + ",\n  \(json(entry.key)): \(isLiteral ? fallback : json(fallback))"
    }

    private static func json(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// The table as Markdown, for the README.
    package static var reference: String {
        groups.map { group in
            let rows = group.entries.map { entry in
                let (names, flags) = (code(entry.name, entry.fileFormName), code(entry.flag, entry.fileFormFlag))
                return "| \(names) | \(flags) | \(code(entry.fallback)) | \(entry.explanation) |"
            }
            return "### \(group.title)\n\n| setting | flag | default | meaning |\n| --- | --- | --- | --- |\n"
                + rows.joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    private static func code(_ texts: String?...) -> String {
        texts.compactMap(\.self).map { "`\($0)`" }.joined(separator: "<br>")
    }

    /// The flags with their meanings, for the help of a command.
    package static var help: String {
        groups.map { group in
            let rows = group.entries.map { entry in
                let flag = [entry.flag, entry.fileFormFlag].compactMap(\.self).joined(separator: ", ")
                let fallback = entry.fallback.map { " Default: \($0)." } ?? ""
                return "  \(flag) (\(entry.name))\n      \(entry.explanation)\(fallback)"
            }
            return "\(group.title.uppercased()):\n" + rows.joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}

extension Settings {
    /// What is in force and where each value came from, in the form of an environment file, without secrets.
    package var effectiveText: String {
        effective.map { setting in
            setting.shown.map { "\(setting.entry.name)=\($0)  # \(setting.origin)\n" }
                ?? "# \(setting.entry.name) is not set\n"
        }.joined()
    }
}
