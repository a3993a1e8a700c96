internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// What somebody did, or was refused: `agentd.v1.AuditEvent`.
    public struct AuditEvent: Sendable, Equatable, Identifiable {
        /// Newer ones are larger.
        public let id: Int64
        /// The tenant that it happened in, a UUID.
        public let tenantID: String
        /// The tenant of who did it: another one for a system administrator who selected the tenant.
        public let actorTenantID: String
        /// The user who did it; 0 for somebody who had the database itself.
        public let actorUserID: Int64
        /// The id of the API key, or `jwt` for a signed token.
        public let tokenID: String
        /// The method, such as `AgentService.CreateAgent`.
        public let action: String
        /// Whether the change was made.
        public let outcome: AuditOutcome
        /// `agent`, `tenant`, `user` or `token`; empty when an attempt was refused.
        public let objectType: String
        /// Its id; empty when an attempt was refused.
        public let objectID: String
        /// What changed, as a JSON object, such as `{"name": {"before": "a", "after": "b"}}`; or empty.
        public let changes: String
        /// `x-request-id` of the call.
        public let callID: String
        /// When it was done.
        public let createTime: Date?
    }

    /// `agentd.v1.AuditOutcome`.
    public struct AuditOutcome: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        /// What the names in the schema files begin with.
        public static let prefix = "AUDIT_OUTCOME_"
        /// The names without the prefix, by their numbers.
        public static let names = ["UNSPECIFIED", "DONE", "REFUSED"]

        /// Not said.
        public static let unspecified = AuditOutcome(rawValue: 0)
        /// The change was made.
        public static let done = AuditOutcome(rawValue: 1)
        /// The caller's role was too small.
        public static let refused = AuditOutcome(rawValue: 2)
    }
}

extension AgentdClient.AuditEvent {
    init(_ message: AuditEventMessage) {
        id = message.id
        tenantID = message.tenantID
        actorTenantID = message.actorTenantID
        actorUserID = message.actorUserID
        tokenID = message.tokenID
        action = message.action
        outcome = AgentdClient.AuditOutcome(rawValue: message.outcome)
        objectType = message.objectType
        objectID = message.objectID
        changes = message.changes
        callID = message.callID
        createTime = message.createTime.map { Date($0) }
    }
}
