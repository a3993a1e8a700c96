/// Why there is no embedded database, and how to mend it, in words for an operator.
package struct EmbeddedPostgresFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// Something must be installed, set, or given other permissions.
        case configuration
        /// Another agentd has the data folder.
        case inUse
        /// PostgreSQL does not start or does not answer.
        case unavailable
    }

    package let kind: Kind
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// A call to the system that failed, with its `errno`.
    static func system(_ action: String, _ code: Int32) -> EmbeddedPostgresFailure {
        EmbeddedPostgresFailure(.configuration, "\(action) is not possible: \(SystemError.description(of: code)).")
    }
}
