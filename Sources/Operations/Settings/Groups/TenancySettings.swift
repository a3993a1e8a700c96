internal import AgentdCore

/// The three settings that kept their names from the system that agentd re-implements.
package struct TenancySettings: Sendable {
    /// Whether there may be more than one tenant.
    package let isolatesTenants: Bool
    /// Whether PostgreSQL enforces the tenant boundary too.
    package let usesRowLevelSecurity: Bool
    /// The tenant of the first system administrator, and the only one where tenants are not isolated.
    package let defaultTenantSlug: String

    /// The slug of the only tenant, where there is to be one alone.
    package var singleTenantSlug: String? { isolatesTenants ? nil : defaultTenantSlug }

    static let entries = [isolationSetting.entry, rowLevelSecuritySetting.entry, slugSetting.entry]

    init(_ reader: inout SettingsReader) {
        isolatesTenants = reader.value(Self.isolationSetting)
        usesRowLevelSecurity = reader.value(Self.rowLevelSecuritySetting)
        defaultTenantSlug = reader.value(Self.slugSetting)
    }

    private static let isolationSetting = Setting.boolean(
        "ENABLE_TENANT_ISOLATION", fallback: true,
        "Whether there is more than one tenant. With false everything belongs to DEFAULT_TENANT_SLUG: no other tenant "
            + "can be created, and a database that has another one is refused.")
    private static let rowLevelSecuritySetting = Setting.boolean(
        "ENABLE_ROW_LEVEL_SECURITY", fallback: true,
        "Whether PostgreSQL enforces the tenant boundary as well. `agentd migrate` brings the database to this "
            + "setting, and `agentd serve` refuses one that disagrees with it.")
    private static let slugSetting = Setting(
        entry: SettingEntry(
            name: "DEFAULT_TENANT_SLUG",
            meaning:
                "The slug of the tenant that `agentd token create --system-admin` puts its administrator into, and of "
                + "the only tenant where ENABLE_TENANT_ISOLATION is false; it is created when there is none.",
            expected:
                "a slug: 1 to 63 small letters, digits and hyphens, a letter first and no hyphen last, and no UUID",
            fallback: "default", secrecy: .open),
        fallback: "default", read: { isSlug($0) ? $0 : nil })

    private static func isSlug(_ text: String) -> Bool {
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isLetter(first) && last != UInt8(ascii: "-")
            && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
            // A tenant is also selected by its id, and must be told from it.
            && UUIDValue(text) == nil
    }
}
