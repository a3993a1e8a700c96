/// The three settings that kept their names from the system that agentd re-implements.
package struct TenancySettings: Sendable {
    /// The tenant of the first system administrator.
    package let defaultTenantSlug: String

    static let entries = [isolationSetting.entry, rowLevelSecuritySetting.entry, slugSetting.entry]

    init(_ reader: inout SettingsReader) {
        for setting in [Self.isolationSetting, Self.rowLevelSecuritySetting] where !reader.value(setting) {
            reader.refuse(
                "\(setting.entry.name) is false, which this version does not support yet: it always isolates tenants "
                    + "and always relies on row-level security. Remove the setting, or set it to true.")
        }
        defaultTenantSlug = reader.value(Self.slugSetting)
    }

    private static let isolationSetting = Setting.boolean(
        "ENABLE_TENANT_ISOLATION", fallback: true,
        "Whether there is more than one tenant. This version refuses to start with false.")
    private static let rowLevelSecuritySetting = Setting.boolean(
        "ENABLE_ROW_LEVEL_SECURITY", fallback: true,
        "Whether PostgreSQL enforces the tenant boundary as well. This version refuses to start with false.")
    private static let slugSetting = Setting(
        entry: SettingEntry(
            name: "DEFAULT_TENANT_SLUG",
            meaning:
                "The slug of the tenant that `agentd token create --system-admin` puts its administrator into; it is "
                + "created when there is none.",
            expected: "a slug: 1 to 63 small letters, digits and hyphens, a letter first and no hyphen last",
            fallback: "default", secrecy: .open),
        fallback: "default", read: { isSlug($0) ? $0 : nil })

    private static func isSlug(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isLetter(first) && last != UInt8(ascii: "-")
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }
}
