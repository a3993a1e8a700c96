internal import AgentdCore
internal import Logging
internal import Storage

extension CallContext {
    /// An administrative attempt by somebody whose role is too small: it is kept in the audit trail.
    /// - Returns: What the caller is told, also when the trail could not be written; that goes to the log.
    func refusal(needing role: Role) async -> ServiceError {
        do {
            try await tenant.run(RecordRefusalStatement(action: action))
        } catch {
            logger.error(
                "A refused attempt could not be recorded: \(error.reason.rawValue): \(error.cause ?? error.message)",
                metadata: inbound.observed.metadata)
        }
        return .roleRequired(role)
    }

    /// The method as the audit trail names it, such as `TenantService.CreateTenant`.
    private var action: String {
        inbound.path.split(separator: "/").joined(separator: ".").replacing("agentd.v1.", with: "")
    }
}

extension ServiceError {
    static func roleRequired(_ role: Role) -> ServiceError {
        ServiceError(.roleRequired, "This needs the role \(role.databaseName.uppercased()).")
    }
}
