internal import AgentdCore

extension ServiceError {
    /// What really happened, for the log.
    var forLog: String { cause ?? message }
}
