/// Callers that are told apart where one tenant is noisy.
enum CallerGroup: Int, Sendable, CaseIterable {
    case noisyTenant
    /// All, where none is noisy.
    case others
}
