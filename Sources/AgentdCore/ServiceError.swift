/// The one error of the services: a reason with its code, a sentence for the caller, details that a client can act on,
/// and a private cause that goes to the log and never to the caller.
package struct ServiceError: Error, Sendable, Equatable {
    package let reason: Reason
    package let message: String
    package let details: [ErrorDetail]
    /// What really happened, for the log alone.
    package let cause: String?

    package var code: StatusCode { reason.code }

    package init(_ reason: Reason, _ message: String, details: [ErrorDetail] = [], cause: String? = nil) {
        self.reason = reason
        self.message = message
        self.details = details
        self.cause = cause
    }

    /// All the field errors of a request at once.
    package static func fields(_ violations: [FieldViolation]) -> ServiceError {
        let summary = violations.map { "\($0.field): \($0.description)" }.joined(separator: "; ")
        return ServiceError(.fieldInvalid, summary, details: [.badRequest(violations)])
    }

    /// A message that cannot be read; `field` is the path of what is wrong, where one is known.
    package static func message(_ field: String, _ description: String) -> ServiceError {
        let violation = FieldViolation(field: field, description: description)
        let place = field.isEmpty ? "" : "\(field): "
        return ServiceError(
            .messageInvalid, "The message cannot be read: \(place)\(description).", details: [.badRequest([violation])])
    }

    /// The same answer, to the byte, for what is another tenant's, what is not visible and what never was: the caller
    /// knows which id it asked for, so the answer does not repeat it.
    package static let agentNotFound = ServiceError(
        .agentNotFound, "There is no agent with this id.", details: [.resource(type: "agentd.v1.Agent", name: "")])

    package static let deadlineExceeded = ServiceError(.deadlineExceeded, "The deadline of the call has passed.")

    package static let cancelled = ServiceError(.cancelled, "The call was cancelled.")

    /// A bug of ours: the caller learns nothing but that, the log everything.
    package static func `internal`(_ cause: String) -> ServiceError {
        ServiceError(.internal, "The daemon met an internal error.", cause: cause)
    }
}

/// One wrong field: its path as in the request message, such as `agent.name`, and what it should be.
package struct FieldViolation: Sendable, Equatable {
    package let field: String
    package let description: String

    package init(field: String, description: String) {
        self.field = field
        self.description = description
    }
}

/// The details that accompany `google.rpc.ErrorInfo` in an answer.
package enum ErrorDetail: Sendable, Equatable {
    /// `google.rpc.BadRequest`.
    case badRequest([FieldViolation])
    /// `google.rpc.ResourceInfo`.
    case resource(type: String, name: String)
    /// `google.rpc.RetryInfo`.
    case retry(afterMilliseconds: Int)
    /// `google.rpc.QuotaFailure` with one violation.
    case quota(subject: String, description: String)
    /// `google.rpc.PreconditionFailure` with one violation.
    case precondition(type: String, subject: String, description: String)
    /// `google.rpc.RequestInfo`.
    case request(id: String)
}
