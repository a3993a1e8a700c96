internal import AgentdCore
internal import Storage

/// What a change was about, for the errors of its outcome.
enum ChangeSubject {
    /// Something new, which depends on nothing but the tenant's limits.
    case created(Kind)
    case agent(Int64)
    case tenant
    /// One whose deletion is to be taken back.
    case deletedTenant
    case user
    /// A new key for a user.
    case key
    /// A key that is there.
    case token

    enum Kind: String {
        case agent, tenant, user
    }
}

extension ChangeOutcome {
    /// The value of a change that was made; for every other outcome the one error that a caller is told.
    func value(of subject: ChangeSubject) throws(ServiceError) -> Value {
        switch self {
        case .done(let value): return value
        case .requestIDReused: throw .requestIDReused
        case .stale: throw .etagMismatch
        case .protected: throw .lastAdministrator
        case .absent: throw subject.absent ?? unexpected(of: subject)
        case .foreign: throw subject.foreign ?? unexpected(of: subject)
        case .unsuitable: throw subject.unsuitable ?? unexpected(of: subject)
        case .exhausted: throw subject.exhausted ?? unexpected(of: subject)
        case .fixed: throw subject.fixed ?? unexpected(of: subject)
        case .unlocked: throw unexpected(of: subject)
        }
    }

    private func unexpected(of subject: ChangeSubject) -> ServiceError {
        .internal("a change of \(subject) ended with \(self)")
    }
}

extension ChangeSubject {
    fileprivate var absent: ServiceError? {
        switch self {
        case .agent: .agentNotFound
        case .tenant, .deletedTenant: .tenantNotFound
        case .user, .key: .userNotFound
        case .token: .tokenNotFound
        case .created: nil
        }
    }

    fileprivate var foreign: ServiceError? {
        switch self {
        case .agent(let id): .notOwner(ofAgent: id)
        // Only a system administrator may change another one, or act in its name.
        case .user, .key, .token: .roleRequired(.systemAdministrator)
        case .tenant, .deletedTenant, .created: nil
        }
    }

    fileprivate var unsuitable: ServiceError? {
        switch self {
        case .agent(let id): .agentNotDeleted(id)
        case .tenant: .namedTenantDeleted
        case .deletedTenant: .tenantNotDeleted
        case .user: .userDeleted
        case .key, .token, .created: nil
        }
    }

    fileprivate var fixed: ServiceError? {
        switch self {
        case .user: .roleIsFixed
        case .agent, .tenant, .deletedTenant, .key, .token, .created: nil
        }
    }

    fileprivate var exhausted: ServiceError? {
        switch self {
        case .created(.agent), .agent: .quota(.agentQuota, "agents", limit: "max_agents")
        case .created(.user), .user: .quota(.userQuota, "users", limit: "max_users")
        case .key: .quota(.tokenQuota, "valid API keys", limit: "max_tokens")
        case .created(.tenant), .tenant, .deletedTenant, .token: nil
        }
    }
}

extension EntityTag {
    /// The revision that an object must have: nil for any when no tag is given, 0, which matches none, for a text that
    /// never was a tag.
    static func expectedRevision(_ text: String) -> Int64? { text.isEmpty ? nil : revision(text) }
}

extension ServiceError {
    fileprivate static let requestIDReused = ServiceError(
        .requestIDReused,
        "The request_id belongs to an earlier request that was another one. Use a new UUID for each change.")

    fileprivate static func notOwner(ofAgent id: Int64) -> ServiceError {
        ServiceError(
            .notOwner, "Only its owner may change this agent.",
            details: [.resource(type: "agentd.v1.Agent", name: "\(id)")])
    }

    /// Reading it again takes no waiting, so the delay is a token one.
    fileprivate static let etagMismatch = ServiceError(
        .etagMismatch, "It was changed since the etag was read. Read it again, and retry with the new etag.",
        details: [.retry(afterMilliseconds: 10)])

    fileprivate static func agentNotDeleted(_ id: Int64) -> ServiceError {
        ServiceError(
            .agentNotDeleted, "The agent is not deleted.",
            details: [
                .precondition(
                    type: "AGENT_STATE", subject: "\(id)", description: "only a deleted agent can be undeleted")
            ])
    }

    /// As with agents, the same to the byte for another tenant's user and for one that never was.
    static let userNotFound = ServiceError(
        .userNotFound, "The tenant has no such user.", details: [.resource(type: "agentd.v1.User", name: "")])

    static let tenantNotFound = ServiceError(
        .tenantNotFound, "There is no such tenant.", details: [.resource(type: "agentd.v1.Tenant", name: "")])

    fileprivate static let tokenNotFound = ServiceError(
        .tokenNotFound, "There is no such API key.", details: [.resource(type: "agentd.v1.Token", name: "")])

    fileprivate static let userDeleted = ServiceError(
        .userDeleted, "The user is deleted, and cannot be changed any more.",
        details: [.precondition(type: "USER_STATE", subject: "", description: "the user must not be deleted")])

    fileprivate static let roleIsFixed = ServiceError.fields([
        FieldViolation(
            field: "user.role",
            description: "cannot be changed for a SYSTEM_ADMIN; deactivate or delete the user instead")
    ])

    fileprivate static let lastAdministrator = ServiceError(
        .lastAdministrator,
        "This is the last active user of its administrative role in the tenant. Make another one first.",
        details: [
            .precondition(
                type: "TENANT_ADMINISTRATOR", subject: "", description: "another active administrator must be left")
        ])

    /// How many there may be does not change by waiting: somebody has to delete one, or raise the limit.
    private static let quotaRetryMilliseconds = 60_000

    fileprivate static func quota(_ reason: Reason, _ objects: String, limit: String) -> ServiceError {
        ServiceError(
            reason, "The tenant has as many \(objects) as its limit \(limit) allows.",
            details: [
                .quota(subject: limit, description: "\(objects) of the tenant"),
                .retry(afterMilliseconds: quotaRetryMilliseconds),
            ])
    }
}
