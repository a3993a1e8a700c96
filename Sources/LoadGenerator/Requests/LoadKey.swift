package import AgentdClient

/// A key to call with.
package struct LoadKey: Sendable {
    let token: String
    /// Where it was read, for messages.
    package let origin: String

    package init(_ token: String, from origin: String) {
        self.token = token
        self.origin = origin
    }
}

/// A call that failed before the run, which looks up what each key has.
package struct RefusedKey: Error, CustomStringConvertible {
    package let origin: String
    package let error: AgentdError

    package var description: String { "the key of \(origin): \(error)" }
}
