internal import AgentdClient
internal import ArgumentParser

struct TenantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants", abstract: "Tenants: your own, and making others.",
        subcommands: [CurrentTenant.self, CreateTenant.self])
}

struct CurrentTenant: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "current", abstract: "Shows the tenant that you work in.")

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let tenant = try await session.client.getCurrentTenant()
        session.show(JSONValue(tenant), ResourceText.tenant(tenant))
    }
}

struct CreateTenant: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a tenant. System administrators only.")

    @Option(help: "Its short name: 1 to 63 of a-z, 0-9 and -, beginning with a letter.")
    var slug: String

    @Option(help: "Its name for people; the slug when it is not given.")
    var displayName = ""

    @Option(help: "A DNS name that belongs to it.")
    var domain = ""

    @Option(
        help: """
            What it has switched on: custom_agents, agent_sharing, advanced_analytics or priority_support. May be \
            given several times.
            """)
    var feature: [String] = []

    @Option(help: "Makes its first administrator, with this address of mail.")
    var adminEmail: String?

    @Option(help: "The name of its first administrator.")
    var adminDisplayName = ""

    @Option(help: "Agents at most; 0 is no limit.")
    var maxAgents: Int64 = 0

    @Option(help: "Users at most; 0 is no limit.")
    var maxUsers: Int64 = 0

    @Option(help: "API keys at most; 0 is no limit.")
    var maxTokens: Int64 = 0

    @Option(help: "Calls per second at most; 0 is no limit.")
    var requestsPerSecond: Int32 = 0

    @Option(help: "Calls at the same time at most; 0 is no limit.")
    var maxInFlight: Int32 = 0

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        if adminEmail == nil, !adminDisplayName.isEmpty {
            throw ValidationError("--admin-display-name needs --admin-email.")
        }
    }

    func run(_ session: Session) async throws {
        var limits = AgentdClient.TenantLimits()
        limits.maxAgents = maxAgents
        limits.maxUsers = maxUsers
        limits.maxTokens = maxTokens
        limits.requestsPerSecond = requestsPerSecond
        limits.maxInFlight = maxInFlight
        let tenant = AgentdClient.Tenant(
            slug: slug, displayName: displayName, domain: domain, features: feature, limits: limits)
        let administrator = adminEmail.map { AgentdClient.User(email: $0, displayName: adminDisplayName) }
        let created = try await session.client.createTenant(
            tenant, administrator: administrator, requestID: repetition.requestID)
        session.show(JSONValue(created), ResourceText.tenant(created))
    }
}
