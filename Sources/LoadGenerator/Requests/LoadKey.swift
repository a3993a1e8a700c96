package import AgentdClient

/// A key to call with.
package struct LoadKey: Sendable {
    let token: String
    /// Where it was read, for messages.
    let origin: String

    package init(_ token: String, from origin: String) {
        self.token = token
        self.origin = origin
    }
}

/// The daemon would not answer one of the keys before the run.
package struct RefusedKey: Error, CustomStringConvertible {
    package let origin: String
    package let error: AgentdError

    package var description: String { "the key of \(origin): \(error)" }
}
