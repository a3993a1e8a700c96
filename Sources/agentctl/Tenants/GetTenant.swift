internal import AgentdClient
internal import ArgumentParser

struct GetTenant: ClientCommand {
    static let configuration = CommandConfiguration(
        "get", "Shows a tenant; a deleted one by its id. System administrators only.",
        examples: ["agentctl tenants get acme"])

    @OptionGroup var tenant: TenantArgument
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let tenant = try await tenant.read(session.client)
        session.show(JSONValue(tenant), tenant.text)
    }
}
