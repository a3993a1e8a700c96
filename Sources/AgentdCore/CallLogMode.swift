/// Which calls get a line in the log.
package enum CallLogMode: String, Sendable, CaseIterable {
    case off
    /// Those that did not end with `OK`.
    case failed
    case all
}
