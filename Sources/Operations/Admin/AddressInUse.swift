/// An address is taken by another process.
package struct AddressInUse: Error, Sendable, CustomStringConvertible {
    /// As long as a daemon takes from its `GoAway` to its end when nothing keeps it.
    private static let patience = Duration.seconds(2)
    private static let pause = Duration.milliseconds(100)

    /// Which one, of which setting, and what to do.
    package let description: String

    package init(_ description: String) { self.description = description }

    /// Tries again for a while: who has the address may be about to end.
    package static func waitedFor<Bound>(_ bind: () async throws -> Bound) async throws -> Bound {
        let end = ContinuousClock.now + patience
        while true {
            do {
                return try await bind()
            } catch let problem as AddressInUse {
                guard ContinuousClock.now < end else { throw problem }
                try await Task.sleep(for: pause)
            }
        }
    }
}
