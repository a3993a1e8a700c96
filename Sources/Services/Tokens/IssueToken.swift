internal import AgentdCore
internal import Messages
internal import Storage

/// Issues an API key for the caller, or, by an administrator, for a user of the tenant. The key is shown this once.
struct IssueToken: RemoteProcedure {
    static let path = "/agentd.v1.TokenService/IssueToken"
    static let access = Access.authenticated

    static let displayNameCharacters = 255

    private let wallClock: @Sendable () -> Timestamp

    init(wallClock: @escaping @Sendable () -> Timestamp = { .now }) { self.wallClock = wallClock }

    func callAsFunction(
        _ request: IssueTokenRequest, _ context: CallContext
    ) async throws(ServiceError) -> IssueTokenResponse {
        try Self.validate(request, now: wallClock())
        let key = APIKey.generate()
        var token = Token(tenantID: context.caller.tenantID)
        token.id = key.id
        token.userID = try await holder(request, context)
        token.displayName = request.displayName
        token.expireTime = request.expireTime
        let change = context.change(requestID: request.requestID)
        let seal = try Self.seal(change, context)
        let statement = IssueTokenStatement(
            change: change, token: token, secretDigest: key.secretDigest,
            sealedSecret: try seal?.close(key) ?? [])
        let issued = try await context.value(of: try await context.tenant.run(statement), about: .key)
        if issued.token.id == key.id { return IssueTokenResponse(token: issued.token, secret: key.text) }
        // An earlier call with this request id issued it; its secret is nowhere but under the seal.
        guard let seal, let secret = seal.open(issued.sealedSecret, keyID: issued.token.id) else {
            throw .secretUnavailable
        }
        return IssueTokenResponse(token: issued.token, secret: secret)
    }

    static func validate(_ request: IssueTokenRequest, now: Timestamp) throws(ServiceError) {
        var violations = FieldViolations()
        violations.require(request.userID >= 0, "user_id", "must be an id, or 0 for the caller")
        violations.requireLine(
            request.displayName, "display_name", required: false, maximum: displayNameCharacters)
        if let expireTime = request.expireTime {
            violations.require(expireTime > now, "expire_time", "must lie in the future")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
    }

    /// Whose key it becomes. Keys of others are for administrators to issue.
    private func holder(_ request: IssueTokenRequest, _ context: CallContext) async throws(ServiceError) -> Int64 {
        let caller = context.caller
        if request.userID == 0 {
            guard caller.isAtHome else {
                throw ServiceError(
                    .tenantMismatch,
                    "The caller is no user of the selected tenant. Set user_id, or call without `x-agentd-tenant`.")
            }
            return caller.userID
        }
        let isOwn = caller.isAtHome && request.userID == caller.userID
        guard isOwn || caller.isAdministrator else { throw await context.refusal(needing: .tenantAdministrator) }
        return request.userID
    }

    private static func seal(_ change: ChangeContext, _ context: CallContext) throws(ServiceError) -> SecretSeal? {
        guard let requestID = change.requestID else { return nil }
        return SecretSeal(bearer: try BearerToken(of: context.inbound), requestID: requestID)
    }
}

extension ServiceError {
    fileprivate static let secretUnavailable = ServiceError(
        .secretUnavailable,
        "The key was issued by an earlier call with this request_id, and only the bearer token of that call opens its "
            + "secret. Issue another key with a new request_id.")
}
