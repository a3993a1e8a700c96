/// Whether a change was made or an attempt refused. The numbers are those of `agentd.v1.AuditOutcome`.
package enum AuditOutcome: Int32, Sendable, CaseIterable {
    case done = 1
    case refused = 2

    package var databaseName: String {
        switch self {
        case .done: "done"
        case .refused: "refused"
        }
    }

    package init?(databaseName: String) {
        guard let outcome = Self.allCases.first(where: { $0.databaseName == databaseName }) else { return nil }
        self = outcome
    }
}

/// One row of the audit trail.
package struct AuditEvent: Sendable, Equatable {
    package var id: Int64 = 0
    package var tenantID: TenantID
    /// The tenant of who did it.
    package var actorTenantID: TenantID
    /// 0 for somebody who had the database itself.
    package var actorUserID: Int64 = 0
    /// The id of an API key, or "jwt".
    package var tokenID = ""
    /// Such as `AgentService.CreateAgent`.
    package var action = ""
    package var outcome = AuditOutcome.done
    /// `agent`, `tenant`, `user` or `token`; empty when an attempt was refused.
    package var objectType = ""
    package var objectID = ""
    /// A JSON object, or empty.
    package var changes = ""
    /// `x-request-id` of the call.
    package var callID = ""
    package var createTime = Timestamp(microseconds: 0)

    package init(tenantID: TenantID, actorTenantID: TenantID) {
        self.tenantID = tenantID
        self.actorTenantID = actorTenantID
    }
}
