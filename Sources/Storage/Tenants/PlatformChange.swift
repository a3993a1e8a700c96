package import AgentdCore
internal import Postgres

/// What a change across tenants carries besides its own fields: who makes it, in which call, and how a retry of it is
/// recognised.
package struct PlatformChange: Sendable {
    package let change: ChangeContext
    package let principal: Principal
    package let callID: CallID

    package init(change: ChangeContext, principal: Principal, callID: CallID) {
        self.change = change
        self.principal = principal
        self.callID = callID
    }

    /// Request ids are kept in the tenant of who calls, whichever tenant is changed.
    func bind(to parameters: inout Parameters) {
        Change.bind(change, tenant: principal.tenantID, principal: principal, callID: callID, to: &parameters)
    }
}

extension PlatformSession {
    /// Runs a change, again where that is safe.
    func write<S: Statement, Value>(
        _ statement: S, of change: ChangeContext
    ) async throws(ServiceError) -> ChangeOutcome<Value> where S.Output == ChangeOutcome<Value> {
        try await change.settled { () async throws(ServiceError) in
            try await write(statement, repeatable: change.requestID != nil)
        }
    }
}
