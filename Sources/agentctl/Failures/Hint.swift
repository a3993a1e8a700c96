internal import AgentdClient
internal import AgentdCore
internal import ClientOptions

/// What usually mends a failure.
struct Hint {
    let error: AgentdError
    let session: Session
    private let repetition: Repetition

    init(_ error: AgentdError, _ session: Session, _ repetition: Repetition) {
        self.error = error
        self.session = session
        self.repetition = repetition
    }

    var settings: Settings { session.settings }
    var tokenSource: String { settings.token?.source ?? "nowhere" }

    /// Nil when the message says it all. It may ask the daemon who calls.
    var text: String? {
        get async {
            if let failure = error.connectionFailure { return failure.remedy ?? connection }
            guard let reason = Reason(rawValue: error.reason) else { return nil }
            switch reason {
            case .tokenMissing, .tokenInvalid, .tokenExpired, .tokenRevoked, .userInactive: return token(reason)
            case .roleRequired: return await role
            case .tenantMismatch: return await tenantMismatch
            case .tenantSuspended, .tenantDeleted, .tenantNotFound: return tenant(reason)
            case .featureDisabled: return await feature
            case .rateLimit, .inFlightLimit: return rate
            case .domainTaken: return await domainTaken
            case .agentQuota, .userQuota, .tokenQuota: return await quota
            case .deadlineExceeded, .outcomeUnknown: return openOutcome
            default: return object(reason)
            }
        }
    }

    private var connection: String {
        "is agentd running at \(settings.address.value) (from \(settings.address.source))? Start it with "
            + "`agentd serve`, or say where it is with --address or AGENTD_ADDRESS; its port is "
            + "\(AgentdClient.Configuration.defaultPort) unless AGENTD_LISTEN says otherwise."
    }

    /// A change whose outcome is open can be repeated; everything else can be given more time.
    private var openOutcome: String {
        let moreTime = "--timeout 2m gives it more time."
        guard let requestID = session.requestID else { return moreTime }
        let difference: String
        switch repetition {
        case .sameCommand: difference = ""
        case .sameCommandWith(let text): difference = "\(text) and "
        case .notNeeded: return moreTime
        }
        return
            "within 24 hours the same command with \(difference)--request-id \(requestID) makes the change if it was "
            + "not made, and never twice."
    }

    private func token(_ reason: Reason) -> String {
        switch reason {
        case .tokenMissing:
            "give an API key with AGENTD_TOKEN, AGENTD_TOKEN_FILE or --token-file, or as token in the file "
                + "~/.config/agentd/agentctl.json; `agentd token create --system-admin` makes the first one."
        case .tokenInvalid:
            "the token comes from \(tokenSource): it must be a whole API key, agd_..., or a JWT, and one of the "
                + "daemon at \(settings.address.value)."
        case .userInactive:
            "an administrator of the tenant lets the user call again with `agentctl users update ID --active`; the "
                + "token comes from \(tokenSource)."
        default:
            "the token comes from \(tokenSource): have another one issued with `agentctl tokens issue`."
        }
    }

    private func object(_ reason: Reason) -> String? {
        switch reason {
        case .notOwner: "`agentctl whoami` says who you are, `agentctl agents get` who owns it."
        case .etagMismatch:
            "read it again with `get`, and use the new etag; without --etag it is changed whatever it is."
        case .agentNotFound:
            "`agentctl agents list --show-deleted` and `agents list-public` show those that you can see."
        case .userNotFound: "`agentctl users list --show-deleted` shows the users of the tenant."
        case .tokenNotFound: "`agentctl tokens list` shows the ids of keys."
        case .lastAdministrator: "`agentctl users update ID --role TENANT_ADMIN` makes another one."
        case .slugTaken: "`agentctl tenants resolve` shows which tenant has it."
        case .emailTaken: "`agentctl users list --filter 'email = \"...\"'` shows who has it."
        case .pageTokenInvalid: "begin again without --page-token, or with the filter and the order of the page before."
        case .requestIDReused: "--request-id repeats a change with the same options; leave it out for another change."
        case .methodUnknown: "the daemon at \(settings.address.value) is older than this agentctl."
        default: nil
        }
    }
}
