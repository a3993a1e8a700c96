internal import AgentdClient
internal import ArgumentParser

struct UpdateCurrentTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "update-current", "Changes what is given of the tenant that you work in. Administrators only.",
        examples: ["agentctl tenants update-current --display-name 'Acme Ltd'"])

    @Option(help: ArgumentHelp("Its name for people.", valueName: "name"))
    var displayName: String?

    @Option(help: "A DNS name that belongs to it.")
    var domain: String?

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard displayName == nil, domain == nil else { return }
        throw ValidationError("Say what to change: --display-name NAME, --domain DOMAIN.")
    }

    func run(_ session: Session) async throws {
        var tenant = AgentdClient.Tenant(slug: "")
        tenant.etag = condition.etag
        var changes = Changes<AgentdClient.Tenant, AgentdClient.CurrentTenantField>(tenant)
        changes.set(\.displayName, .displayName, displayName)
        changes.set(\.domain, .domain, domain)
        let updated = try await session.client.updateCurrentTenant(
            changes.resource, fields: changes.fields, requestID: session.requestID)
        session.show(JSONValue(updated), updated.text)
    }
}
