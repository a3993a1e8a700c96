/// Every setting of the daemon. A flag counts more than the environment, the environment more than the configuration
/// file, and the file more than the default.
package struct Settings: Sendable {
    package let listen: ListenSettings
    package let tls: TLSSettings
    package let database: DatabaseSettings
    package let identity: IdentitySettings
    package let tenancy: TenancySettings
    package let limits: LimitSettings
    package let statistics: StatisticsSettings
    package let log: LogSettings
    /// All of them as they are in force, in the order of the table.
    package let effective: [EffectiveSetting]

    /// - Throws: Everything that is wrong, at once.
    package init(_ sources: SettingsSources) throws(SettingsFailure) {
        var reader = SettingsReader(sources)
        listen = ListenSettings(&reader)
        tls = TLSSettings(&reader)
        database = DatabaseSettings(&reader)
        identity = IdentitySettings(&reader)
        tenancy = TenancySettings(&reader)
        limits = LimitSettings(&reader)
        statistics = StatisticsSettings(&reader)
        log = LogSettings(&reader)
        effective = reader.effective
        guard reader.problems.isEmpty else { throw SettingsFailure(problems: reader.problems) }
    }
}
