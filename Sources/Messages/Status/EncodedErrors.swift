package import AgentdCore

/// Errors as they were encoded last, one of each reason: many callers get the same one, above all when there are too
/// many of them, and then it has to cost little. Confined to one event loop.
package final class EncodedErrors<Encoded> {
    private var last: [Reason: (error: ServiceError, encoded: Encoded)] = [:]

    package init() {}

    /// - Parameter encode: Makes of the error what its callers get; it may use nothing else.
    package func of(_ error: ServiceError, _ encode: (ServiceError) -> Encoded) -> Encoded {
        if let last = last[error.reason], last.error.message == error.message, last.error.details == error.details {
            return last.encoded
        }
        let encoded = encode(error)
        if error.isOfManyCallers { last[error.reason] = (error, encoded) }
        return encoded
    }
}

extension ServiceError {
    /// Whether it says nothing of what this one caller asked; it is short then.
    fileprivate var isOfManyCallers: Bool {
        details.allSatisfy { detail in
            switch detail {
            case .badRequest, .request: false
            case .resource, .retry, .quota, .precondition: true
            }
        }
    }
}
