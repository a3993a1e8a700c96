internal import AgentdCore
public import FoundationEssentials
internal import Messages

extension AgentdClient {
    /// An API key without its secret: `agentd.v1.Token`.
    public struct Token: Sendable, Equatable, Identifiable {
        /// The part of the key that is no secret.
        public let id: String
        /// A UUID.
        public let tenantID: String
        /// The user that it speaks for.
        public let userID: Int64
        /// What it was called when it was issued.
        public let displayName: String
        /// When it was issued.
        public let createTime: Date?
        /// Nil means that it does not expire.
        public let expireTime: Date?
        /// Nil when it was never used.
        public let lastUseTime: Date?
        /// Nil unless it was revoked.
        public let revokeTime: Date?
    }

    /// A new API key: `agentd.v1.IssueTokenResponse`.
    public struct IssuedToken: Sendable, Equatable {
        /// What may be shown.
        public let token: Token
        /// The whole key. The daemon does not keep it and never shows it again.
        public let secret: String
    }
}

extension AgentdClient.Token {
    init(_ message: TokenMessage) {
        id = message.id
        tenantID = message.tenantID
        userID = message.userID
        displayName = message.displayName
        createTime = message.createTime.map { Date($0) }
        expireTime = message.expireTime.map { Date($0) }
        lastUseTime = message.lastUseTime.map { Date($0) }
        revokeTime = message.revokeTime.map { Date($0) }
    }
}
