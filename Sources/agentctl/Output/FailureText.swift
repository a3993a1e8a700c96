internal import AgentdClient

/// What a failed call says on standard error: the code, the reason and the message, the wrong fields one a line, and
/// what usually mends it.
struct FailureText {
    private let error: AgentdError
    private let settings: Settings

    init(_ error: AgentdError, settings: Settings) {
        self.error = error
        self.settings = settings
    }

    func show() { Terminal.standardError(text) }

    var text: String {
        let reason = error.reason.isEmpty ? "" : " (\(error.reason))"
        var lines = ["error: \(error.code.name)\(reason): \(message)"]
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
    private var message: String {
        let repeatsFields = error.violations.allSatisfy { error.message.contains("\($0.field): \($0.description)") }
        guard repeatsFields, !error.violations.isEmpty else { return error.message }
        return error.violations.count == 1 ? "A field is wrong." : "\(error.violations.count) fields are wrong."
    }

    private var hint: String? {
        if error.isConnectionFailure {
            return "is agentd running at \(settings.address.value) (from \(settings.address.source))? "
                + "Start it with `agentd serve`, or say where it is with --address or AGENTD_ADDRESS."
        }
        let tokenSource = settings.token?.source ?? "nowhere"
        switch error.reason {
        case "TOKEN_MISSING":
            return "give an API key with AGENTD_TOKEN, AGENTD_TOKEN_FILE or --token; "
                + "`agentd token create --system-admin` makes the first one."
        case "TOKEN_INVALID":
            return "the token comes from \(tokenSource): it must be a whole API key, agd_..., or a JWT for this daemon."
        case "TOKEN_EXPIRED", "TOKEN_REVOKED":
            return "the token comes from \(tokenSource): have another one issued with `agentctl tokens issue`."
        case "ROLE_REQUIRED":
            return "`agentctl whoami` says which role the token from \(tokenSource) has."
        case "TENANT_MISMATCH":
            return settings.tenant.map { "only a system administrator selects a tenant; it was set with \($0.source)." }
        case "FEATURE_DISABLED":
            return "`agentctl tenants current` says which features the tenant has."
        case "NOT_OWNER":
            return "`agentctl whoami` says who calls, `agentctl agents get` who owns it."
        case "ETAG_MISMATCH":
            return "somebody changed it meanwhile: read it again with `agentctl agents get`."
        default:
            return nil
        }
    }
}
