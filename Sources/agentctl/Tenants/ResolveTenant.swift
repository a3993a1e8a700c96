internal import AgentdClient
internal import ArgumentParser

struct ResolveTenant: ClientCommand {
    static let configuration = CommandConfiguration(
        "resolve", "Finds a tenant by its id, slug or domain.",
        discussion: "Who is no system administrator finds its own tenant alone.",
        examples: ["agentctl tenants resolve acme.example", "agentctl tenants resolve intranet --by domain"])

    @Argument(help: ArgumentHelp("The id, slug or domain of the tenant.", valueName: "tenant"))
    var key: TenantKeyArgument

    @Option(help: "What it is, when that cannot be seen: a UUID is an id, what has a dot is a domain.")
    var by: TenantKeyArgument.Kind?

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let tenant = try await session.client.resolveTenant(key.key(by: by))
        session.show(JSONValue(tenant), tenant.text)
    }
}
