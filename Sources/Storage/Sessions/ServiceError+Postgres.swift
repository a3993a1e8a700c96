internal import AgentdCore
internal import Postgres

/// The one table from what PostgreSQL says to what a caller is told. SQLSTATE, constraint names and SQL stay in
/// `cause`.
extension ServiceError {
    init(_ error: PostgresError) {
        switch error {
        case .server(let error):
            self = Self.translate(error)
        case .connectionLost(sent: false):
            self = .databaseUnavailable("the connection was lost before the statement was sent")
        case .connectionLost(sent: true):
            self = ServiceError(
                .outcomeUnknown,
                "The database went away before it answered: the change may have happened or not. "
                    + "Retry with the same request_id.",
                details: [.retry(afterMilliseconds: 500)])
        case .queueFull:
            self = .databaseQueueFull
        case .queueTimeout:
            self = ServiceError(
                .databasePoolTimeout, "The call waited too long for the database.",
                details: [.retry(afterMilliseconds: 500)])
        case .deadlineExceeded:
            self = .deadlineExceeded
        case .cancelled:
            self = .cancelled
        case .closed:
            self = ServiceError(.draining, "The daemon is stopping.", details: [.retry(afterMilliseconds: 1_000)])
        case .unavailable(let cause):
            self = .databaseUnavailable(cause)
        case .decoding(let cause):
            self = .internal(cause)
        }
    }

    static let databaseQueueFull = ServiceError(
        .databaseQueueFull, "Too many calls wait for the database.",
        details: [
            .quota(subject: "database queue", description: "calls that wait for the database"),
            .retry(afterMilliseconds: 100),
        ])

    private static func databaseUnavailable(_ cause: String) -> ServiceError {
        ServiceError(
            .databaseUnavailable, "The database cannot be reached just now.",
            details: [.retry(afterMilliseconds: 1_000)], cause: cause)
    }

    private static func translate(_ error: ServerError) -> ServiceError {
        let cause = "SQLSTATE \(error.sqlState): \(error.message)"
        switch error.sqlState {
        case "23505":
            return taken(error.constraint ?? "", cause: cause)
        case "40001", "40P01":
            return ServiceError(
                .transactionConflict, "The change collided with another one.", details: [.retry(afterMilliseconds: 50)],
                cause: cause)
        // Text of the request that validation let pass and a type of the database does not take.
        case "22P02", "22P05", "22021":
            return ServiceError(
                .fieldInvalid, "The request holds text that the database does not accept.", cause: cause)
        case "57014":
            return ServiceError(.deadlineExceeded, "The database took too long.", cause: cause)
        case "53300", "53400", "57P01", "57P02", "57P03", "25006":
            return databaseUnavailable(cause)
        default:
            return error.sqlState.hasPrefix("08") || error.sqlState.hasPrefix("53")
                ? databaseUnavailable(cause) : .internal(cause)
        }
    }

    private static func taken(_ constraint: String, cause: String) -> ServiceError {
        switch constraint {
        case "tenants_slug_key":
            ServiceError(.slugTaken, "Another tenant has this slug.", cause: cause)
        case "tenants_domain_key":
            ServiceError(.domainTaken, "Another tenant has this domain.", cause: cause)
        case "users_tenant_email_key":
            ServiceError(.emailTaken, "Another user of the tenant has this email.", cause: cause)
        default:
            .internal(cause)
        }
    }
}
