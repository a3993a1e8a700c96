package import AgentdCore

/// Errors as they were encoded last, one of each reason: many callers get the same one, above all when there are too
/// many of them, and then it has to cost little. Confined to one event loop.
package final class EncodedErrors<Encoded> {
    private typealias Known = (error: ServiceError, encoded: Encoded)

    private var last: [Reason: Known] = [:]
    /// That of them which was asked for last.
    private var latest: Known?

    package init() {}

    /// - Parameter encode: Makes of the error what its callers get; it may use nothing else.
    package func of(_ error: ServiceError, _ encode: (ServiceError) -> Encoded) -> Encoded {
        if let latest, Self.isSame(latest.error, error) { return latest.encoded }
        if let known = last[error.reason], Self.isSame(known.error, error) {
            latest = known
            return known.encoded
        }
        let encoded = encode(error)
        if error.isOfManyCallers {
            last[error.reason] = (error, encoded)
            latest = (error, encoded)
        }
        return encoded
    }

    private static func isSame(_ left: ServiceError, _ right: ServiceError) -> Bool {
        left.reason == right.reason && left.message == right.message && left.details == right.details
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
