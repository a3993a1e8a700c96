internal import AgentdClient
internal import ArgumentParser

struct DeleteTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "delete", "Deletes a tenant, once you have agreed; undelete takes it back. System administrators only.",
        discussion: """
            Its callers are refused from then on, and its slug and domain are free. Nothing of it is removed.
            """,
        examples: ["agentctl tenants delete acme", "agentctl tenants delete acme --yes"])

    @OptionGroup var tenant: TenantArgument
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await confirmation.ask {
            let tenant = try await tenant.read(session.client)
            return "Delete the tenant \(tenant.title)? All its callers will be refused."
        }
        let id = try await tenant.id(session.client)
        let deleted = try await session.client.deleteTenant(
            id: id, etag: condition.etag, requestID: session.requestID)
        session.show(
            JSONValue(deleted),
            "Deleted \(DisplayText.line(deleted.title)). `agentctl tenants undelete \(deleted.id)` takes it back.\n")
    }
}
