internal import AgentdClient

/// What a failed call says on standard error: the code, the reason where it says more, and the message, the wrong
/// fields one a line, and what usually mends it.
enum FailureText {
    static func text(_ error: AgentdError, hint: String?) -> String {
        var lines = ["error: \(error.codeAndReason): \(message(of: error))"]
        lines += error.violations.map { "  \($0.field): \($0.description)" }
        switch error.code {
        case .internal, .unknown:
            if !error.requestID.isEmpty { lines.append("The daemon's log knows this call as \(error.requestID).") }
        default: break
        }
        if let hint { lines.append("hint: \(hint)") }
        return lines.map { DisplayText.line($0) + "\n" }.joined()
    }

    /// The daemon repeats the wrong fields in its message; they are shown once.
    private static func message(of error: AgentdError) -> String {
        let repeatsFields = error.violations.allSatisfy { error.message.contains("\($0.field): \($0.description)") }
        guard repeatsFields, !error.violations.isEmpty else { return error.message }
        return error.violations.count == 1 ? "A field is wrong." : "\(error.violations.count) fields are wrong."
    }
}
