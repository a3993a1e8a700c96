/// The form of log lines.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Lines for people.
    case console
    /// One JSON object a line, for programs.
    case json
}
