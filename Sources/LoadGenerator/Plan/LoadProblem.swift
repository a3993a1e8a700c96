/// Why a run cannot go on; says what is wrong and how to mend it.
package struct LoadProblem: Error, CustomStringConvertible {
    package enum Kind: Sendable {
        /// No connection could be made.
        case noConnection
        /// The daemon's answers are wrong, or the daemon does not let the run be made as it is wanted.
        case refused
        /// Somebody ended it before there was anything to report.
        case interrupted
    }

    package let kind: Kind
    package let description: String

    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
