/// Why a call failed: the closed vocabulary of `google.rpc.ErrorInfo.reason`. Each reason has one code.
package enum Reason: String, Sendable, CaseIterable {
    case tokenMissing = "TOKEN_MISSING"
    case tokenInvalid = "TOKEN_INVALID"
    case tokenExpired = "TOKEN_EXPIRED"
    case tokenRevoked = "TOKEN_REVOKED"
    case userInactive = "USER_INACTIVE"

    case agentNotFound = "AGENT_NOT_FOUND"
    case tenantNotFound = "TENANT_NOT_FOUND"
    case userNotFound = "USER_NOT_FOUND"
    case tokenNotFound = "TOKEN_NOT_FOUND"
    case healthServiceUnknown = "HEALTH_SERVICE_UNKNOWN"

    case notOwner = "NOT_OWNER"
    case roleRequired = "ROLE_REQUIRED"
    case tenantMismatch = "TENANT_MISMATCH"

    case fieldInvalid = "FIELD_INVALID"
    case headerInvalid = "HEADER_INVALID"
    case messageInvalid = "MESSAGE_INVALID"
    case pageTokenInvalid = "PAGE_TOKEN_INVALID"
    case requestIDReused = "REQUEST_ID_REUSED"

    case slugTaken = "SLUG_TAKEN"
    case domainTaken = "DOMAIN_TAKEN"
    case emailTaken = "EMAIL_TAKEN"

    case etagMismatch = "ETAG_MISMATCH"
    case transactionConflict = "TX_CONFLICT"

    case tenantSuspended = "TENANT_SUSPENDED"
    case tenantDeleted = "TENANT_DELETED"
    case featureDisabled = "FEATURE_DISABLED"
    case agentNotDeleted = "AGENT_NOT_DELETED"
    case tenantNotDeleted = "TENANT_NOT_DELETED"
    case userDeleted = "USER_DELETED"
    case lastAdministrator = "LAST_ADMINISTRATOR"
    case ownTenant = "OWN_TENANT"
    case singleTenant = "SINGLE_TENANT"
    case secretUnavailable = "SECRET_UNAVAILABLE"

    case rateLimit = "RATE_LIMIT"
    case inFlightLimit = "INFLIGHT_LIMIT"
    case agentQuota = "QUOTA_AGENTS"
    case userQuota = "QUOTA_USERS"
    case tokenQuota = "QUOTA_TOKENS"
    case headersTooLarge = "HEADERS_TOO_LARGE"
    case messageTooLarge = "MESSAGE_TOO_LARGE"
    case databaseQueueFull = "DB_QUEUE_FULL"

    case databaseUnavailable = "DB_UNAVAILABLE"
    case databasePoolTimeout = "DB_POOL_TIMEOUT"
    case starting = "STARTING"
    case draining = "DRAINING"
    case connectionLost = "CONNECTION_LOST"

    case outcomeUnknown = "OUTCOME_UNKNOWN"
    case deadlineExceeded = "DEADLINE_EXCEEDED"
    case cancelled = "CANCELLED"
    case methodUnknown = "METHOD_UNKNOWN"
    case encodingUnsupported = "ENCODING_UNSUPPORTED"
    case `internal` = "INTERNAL"

    package var code: StatusCode {
        switch self {
        case .tokenMissing, .tokenInvalid, .tokenExpired, .tokenRevoked, .userInactive: .unauthenticated
        case .agentNotFound, .tenantNotFound, .userNotFound, .tokenNotFound, .healthServiceUnknown: .notFound
        case .notOwner, .roleRequired, .tenantMismatch: .permissionDenied
        case .fieldInvalid, .headerInvalid, .messageInvalid, .pageTokenInvalid, .requestIDReused: .invalidArgument
        case .slugTaken, .domainTaken, .emailTaken: .alreadyExists
        case .etagMismatch, .transactionConflict: .aborted
        case .tenantSuspended, .tenantDeleted, .featureDisabled, .agentNotDeleted, .tenantNotDeleted, .userDeleted,
            .lastAdministrator, .ownTenant, .singleTenant, .secretUnavailable:
            .failedPrecondition
        case .rateLimit, .inFlightLimit, .agentQuota, .userQuota, .tokenQuota, .headersTooLarge, .messageTooLarge,
            .databaseQueueFull:
            .resourceExhausted
        case .databaseUnavailable, .databasePoolTimeout, .starting, .draining, .connectionLost: .unavailable
        case .outcomeUnknown: .unknown
        case .deadlineExceeded: .deadlineExceeded
        case .cancelled: .cancelled
        case .methodUnknown, .encodingUnsupported: .unimplemented
        case .internal: .internal
        }
    }
}
