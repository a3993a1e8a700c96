internal import AgentdCore
internal import Messages
internal import Storage

/// Marks a user of the tenant deleted. Its keys are revoked with it; its agents stay.
struct DeleteUser: RemoteProcedure {
    static let path = "/agentd.v1.UserService/DeleteUser"
    static let access = Access.role(.tenantAdministrator)

    func callAsFunction(_ request: DeleteUserRequest, _ context: CallContext) async throws(ServiceError) -> User {
        var violations = FieldViolations()
        violations.requireID(request.id, "id")
        violations.requireRequestID(request.requestID)
        try violations.refuseIfAny()
        let statement = DeleteUserStatement(
            change: context.change(requestID: request.requestID), id: request.id,
            revision: EntityTag.expectedRevision(request.etag))
        let deleted = try await context.value(of: try await context.tenant.run(statement), about: .user)
        await context.announce(.user(context.caller.tenantID, request.id))
        return deleted
    }
}
