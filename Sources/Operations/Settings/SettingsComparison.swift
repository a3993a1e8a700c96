/// A setting that has another value than before.
package struct SettingChange: Sendable, Equatable {
    package let entry: SettingEntry
    /// Without secrets; nil when it was not set.
    package let from: String?
    package let to: String?

    /// Such as `AGENTD_LOG_LEVEL: info -> debug`.
    package var text: String {
        let unset = "not set"
        return from == to
            ? "\(entry.name): another value" : "\(entry.name): \(from ?? unset) -> \(to ?? unset)"
    }
}

extension Settings {
    /// Every setting whose value differs from that of other settings, in the order of the table. Where a value comes
    /// from does not matter.
    package func changes(since old: Settings) -> [SettingChange] {
        zip(old.effective, effective).compactMap { before, now in
            before.fingerprint == now.fingerprint
                ? nil : SettingChange(entry: now.entry, from: before.shown, to: now.shown)
        }
    }
}
