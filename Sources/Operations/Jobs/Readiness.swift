/// Whether the database may be relied on, from checks that may each be wrong: one that fails is an accident, two are a
/// state, and so is the way back.
package struct Readiness: Sendable {
    /// Checks in a row that change the verdict.
    private static let agreeing = 2

    package private(set) var isReady: Bool
    private var dissenting = 0

    package init(isReady: Bool) { self.isReady = isReady }

    /// Whether the last check disagreed with the verdict.
    package var isInDoubt: Bool { dissenting > 0 }

    /// - Returns: The new verdict when this check changed it.
    package mutating func checked(succeeded: Bool) -> Bool? {
        guard succeeded != isReady else {
            dissenting = 0
            return nil
        }
        dissenting += 1
        guard dissenting >= Self.agreeing else { return nil }
        dissenting = 0
        isReady = succeeded
        return isReady
    }
}
