internal import AgentdClient
internal import ArgumentParser

struct ShowTenantStats: ClientCommand {
    static let configuration = CommandConfiguration(
        "stats", "Counts what the tenant that you work in has and does. Administrators only.",
        discussion: """
            Breakdowns by type, status, owner and day need the tenant's feature advanced_analytics. Calls are \
            counted in steps of five minutes.
            """,
        examples: ["agentctl tenants stats", "agentctl tenants stats --view BASIC --output json"])

    @Option(help: "FULL has breakdowns. When it is not given: FULL with advanced_analytics, else BASIC.")
    var view: AgentdClient.TenantStatsView?

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let stats = try await session.client.getTenantStats(view: view ?? .unspecified)
        session.show(JSONValue(stats), stats.text)
    }
}
