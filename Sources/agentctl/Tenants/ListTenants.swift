internal import AgentdClient
internal import ArgumentParser

struct ListTenants: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Lists tenants by slug. System administrators only.",
        examples: ["agentctl tenants list --filter 'state = SUSPENDED AND slug = ac*' --all"])

    @Option(
        help: ArgumentHelp(
            """
            Terms joined by AND: state = ACTIVE, slug = ac*, domain = acme.example, feature = agent_sharing.
            """, valueName: "terms"))
    var filter = ""

    @OptionGroup var paging: PagingOptions

    @Flag(help: "Deleted tenants too.")
    var showDeleted = false

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await Listing(session, .tenants(showsDeleted: showDeleted), paging).show {
            (size, token) throws(AgentdError) in
            try await session.client.listTenants(
                .init(filter: filter, pageSize: size), showDeleted: showDeleted, pageToken: token)
        }
    }
}
