internal import AgentdClient
internal import AgentdCore
internal import ArgumentParser

struct CreateTenant: ChangeCommand {
    static let configuration = CommandConfiguration(
        "create", "Makes a tenant. System administrators only.",
        examples: ["agentctl tenants create --slug acme --admin-email admin@acme.example"])

    @Option(help: "Its short name: 1 to 63 of a-z, 0-9 and -, beginning with a letter.")
    var slug: String

    @Option(help: ArgumentHelp("Its name for people; the slug when it is not given.", valueName: "name"))
    var displayName = ""

    @Option(help: "A DNS name that belongs to it.")
    var domain = ""

    @Option(
        help: """
            What it has switched on: \(Features.names.joined(separator: ", ")). May be given several times.
            """, completion: .list(Features.names))
    var feature: [String] = []

    @Option(help: ArgumentHelp("Makes its first administrator, with this address of mail.", valueName: "email"))
    var adminEmail: String?

    @Option(help: ArgumentHelp("The name of its first administrator.", valueName: "name"))
    var adminDisplayName = ""

    @OptionGroup var limits: TenantLimitOptions
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if adminEmail == nil, !adminDisplayName.isEmpty {
            throw ValidationError("--admin-display-name needs --admin-email.")
        }
    }

    func run(_ session: Session) async throws {
        var tenant = Changes<AgentdClient.Tenant, AgentdClient.TenantField>(
            AgentdClient.Tenant(slug: slug, displayName: displayName, domain: domain, features: feature))
        limits.set(&tenant)
        let administrator = adminEmail.map { AgentdClient.User(email: $0, displayName: adminDisplayName) }
        let created = try await session.client.createTenant(
            tenant.resource, administrator: administrator, requestID: session.requestID)
        session.show(JSONValue(created), created.text)
    }
}
