/// How statistics of tenants are kept.
package struct StatisticsSettings: Sendable {
    /// How often counts of calls go into the database.
    package let usageIntervalMilliseconds: Int

    static let entries = [usageIntervalSetting.entry]

    init(_ reader: inout SettingsReader) { usageIntervalMilliseconds = reader.value(Self.usageIntervalSetting) }

    private static let usageIntervalSetting = Setting.duration(
        "AGENTD_USAGE_INTERVAL", 100...60_000, fallback: 5_000,
        "How often the counts of calls go into the database. Statistics lack what is younger, and an agentd that is "
            + "killed loses it.")
}
