package import Logging

/// What is logged, and in which form. Logs go to standard error.
package struct LogSettings: Sendable {
    package let level: Logger.Level
    package let format: LogFormat

    static let entries = [levelSetting.entry, formatSetting.entry]

    init(_ reader: inout SettingsReader) {
        level = reader.value(Self.levelSetting)
        format = reader.value(Self.formatSetting)
    }

    private static let levelSetting = Setting<Logger.Level>.choice(
        "AGENTD_LOG_LEVEL", fallback: .info, "The least important messages that are logged.")
    private static let formatSetting = Setting<LogFormat>.choice(
        "AGENTD_LOG_FORMAT", fallback: .console,
        "Lines for people, or JSON objects for programs, one a line, on standard error.")
}
