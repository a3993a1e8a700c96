/// Takes the settings from their sources one by one and remembers everything that is wrong.
struct SettingsReader {
    let sources: SettingsSources
    private(set) var problems: [SettingsProblem]
    private(set) var effective: [EffectiveSetting] = []

    init(_ sources: SettingsSources) {
        self.sources = sources
        problems = sources.unknownNames()
    }

    /// The setting's value, and its fallback where it has none or a wrong one.
    mutating func value<Value>(_ setting: Setting<Value>) -> Value {
        do throws(SettingsProblem) {
            guard let found = try sources.text(of: setting.entry) else {
                note(setting.entry, setting.entry.fallback, .fallback)
                return setting.fallback
            }
            note(setting.entry, found.text, found.origin)
            guard let value = setting.read(found.text) else {
                throw SettingsProblem(setting.entry, given: found.text, origin: found.origin)
            }
            return value
        } catch {
            problems.append(error)
            return setting.fallback
        }
    }

    private mutating func note(_ entry: SettingEntry, _ text: String?, _ origin: SettingOrigin) {
        effective.append(
            EffectiveSetting(
                entry: entry, shown: text.map { entry.shown($0) }, origin: origin, fingerprint: text.hashValue))
    }

    /// Says what is in force where a value was not given and is worked out.
    mutating func derive(_ entry: SettingEntry, _ text: String, from source: String) {
        guard let row = effective.firstIndex(where: { $0.entry == entry }) else { return }
        effective[row].shown = entry.shown(text)
        effective[row].fingerprint = text.hashValue
        effective[row].origin = .derived(from: source)
    }

    /// Whether the setting, or the file of it, was given as a flag.
    func isFlag(_ entry: SettingEntry) -> Bool {
        guard let row = effective.first(where: { $0.entry == entry }), case .flag = row.origin else { return false }
        return true
    }

    /// Whether it was given at all, rightly or wrongly.
    func isGiven(_ entry: SettingEntry) -> Bool {
        guard let row = effective.first(where: { $0.entry == entry }) else { return false }
        return row.origin != .fallback
    }

    mutating func refuse(_ description: String) { problems.append(SettingsProblem(description)) }
}

extension SettingEntry {
    /// A value as it may be shown.
    fileprivate func shown(_ text: String) -> String {
        switch secrecy {
        case .open: text
        case .password: ConnectionString(text)?.redacted ?? ConnectionString.redacted
        case .secret: ConnectionString.redacted
        }
    }
}
