internal import AgentdCore
internal import Messages
internal import Storage

/// Changes role, display name or activity of a user of the tenant.
struct UpdateUser: RemoteProcedure {
    static let path = "/agentd.v1.UserService/UpdateUser"
    static let access = Access.role(.tenantAdministrator)

    func callAsFunction(_ request: UpdateUserRequest, _ context: CallContext) async throws(ServiceError) -> User {
        let tenantID = context.caller.tenantID
        let (user, fields, revision) = try Self.update(of: request, tenantID: tenantID)
        let statement = UpdateUserStatement(
            change: context.change(requestID: request.requestID), user: user, fields: fields, revision: revision)
        let updated = try await context.value(of: try await context.tenant.run(statement), about: .user)
        await context.announce(.user(tenantID, user.id))
        return updated
    }

    /// What the request sets on which user, and the revision that the user must have, if any.
    static func update(
        of request: UpdateUserRequest, tenantID: TenantID
    ) throws(ServiceError) -> (user: User, fields: UserFields, revision: Int64?) {
        var violations = FieldViolations()
        var user = User(tenantID: tenantID)
        var fields: UserFields = []
        if let message = request.user {
            violations.requireID(message.id, "user.id")
            user.id = message.id
            fields = UserMask.fields(request.updateMask, of: message, &violations)
            UserRules.read(message, fields: fields, into: &user, &violations)
        } else {
            violations.add("user", "is required")
        }
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        return (user, fields, EntityTag.expectedRevision(request.user?.etag ?? ""))
    }
}
