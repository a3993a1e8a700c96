package import AgentdCore
package import Logging

/// What is logged, and in which form. Logs go to standard error.
package struct LogSettings: Sendable {
    package let level: Logger.Level
    package let format: LogFormat
    package let calls: CallLogMode

    static let entries = [levelSetting.entry, formatSetting.entry, callsSetting.entry]

    init(_ reader: inout SettingsReader) {
        level = reader.value(Self.levelSetting)
        format = reader.value(Self.formatSetting)
        calls = reader.value(Self.callsSetting)
    }

    private static let levelSetting = Setting<Logger.Level>.choice(
        "AGENTD_LOG_LEVEL", fallback: .info, "The least important messages that are logged."
    ).changingAtRunTime
    private static let formatSetting = Setting<LogFormat>.choice(
        "AGENTD_LOG_FORMAT", fallback: .console,
        "Lines for people, or JSON objects for programs, one a line, on standard error."
    ).changingAtRunTime
    private static let callsSetting = Setting<CallLogMode>.choice(
        "AGENTD_LOG_CALLS", fallback: .off,
        "Which calls get a line in the log, at level info: none, those that failed, or all."
    ).changingAtRunTime
}
