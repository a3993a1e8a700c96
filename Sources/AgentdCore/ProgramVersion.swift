/// The version that all programs have.
package enum ProgramVersion {
    /// Semantic: the wire protocol of a major version stays compatible.
    package static let number = "0.1.0"
}
