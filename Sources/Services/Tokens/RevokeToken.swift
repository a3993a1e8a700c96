internal import AgentdCore
internal import Messages
internal import Storage

/// Revokes an API key of the caller's own, or, by an administrator, of a user of the tenant. Revoking it again changes
/// nothing.
struct RevokeToken: RemoteProcedure {
    static let path = "/agentd.v1.TokenService/RevokeToken"
    static let access = Access.authenticated

    func callAsFunction(_ request: RevokeTokenRequest, _ context: CallContext) async throws(ServiceError) -> Token {
        var violations = FieldViolations()
        violations.require(!request.id.isEmpty, "id", "is required")
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        let statement = RevokeTokenStatement(change: context.change(requestID: request.requestID), id: request.id)
        let revoked = try await context.value(of: try await context.tenant.run(statement), about: .token)
        // One that was revoked long ago is forgotten everywhere: nothing new is to be told of it.
        if isRecent(revoked) { await context.announce(.token(context.caller.tenantID, revoked.id)) }
        return revoked
    }

    /// Longer than any replica believes a key that it knows, and than clocks are apart.
    private static let recentMicroseconds: Int64 = 120_000_000

    private func isRecent(_ token: Token) -> Bool {
        guard let time = token.revokeTime else { return true }
        return Timestamp.now.microseconds - time.microseconds < Self.recentMicroseconds
    }
}
