internal import AgentdClient
internal import ArgumentParser

struct CurrentTenant: ClientCommand {
    static let configuration = CommandConfiguration(
        "current", "Shows the tenant that you work in.", examples: ["agentctl tenants current"])

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let tenant = try await session.client.getCurrentTenant()
        session.show(JSONValue(tenant), tenant.text)
    }
}
