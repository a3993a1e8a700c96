internal import AgentdCore
internal import Storage

extension CallContext {
    /// The value of a change to a user or to its keys, or the error of its outcome. That it would have reached a system
    /// administrator, by a caller who is none, goes to the audit trail as every attempt of a role that is too small.
    func value<Value>(
        of outcome: ChangeOutcome<Value>, about subject: ChangeSubject
    ) async throws(ServiceError) -> Value {
        if case .foreign = outcome { throw await refusal(needing: .systemAdministrator) }
        return try outcome.value(of: subject)
    }
}
