internal import AgentdClient
internal import ArgumentParser

struct ListUsers: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Lists the users of the tenant that you work in. Administrators only.",
        examples: ["agentctl users list --filter 'role = MEMBER AND is_active = true' --all"])

    @Option(
        help: ArgumentHelp(
            "Terms joined by AND: role = MEMBER, is_active = true, email = \"ann@*\".", valueName: "terms"))
    var filter = ""

    @OptionGroup var paging: PagingOptions

    @Flag(help: "Deleted users too.")
    var showDeleted = false

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await Listing(session, .users(showsDeleted: showDeleted), paging).show {
            (size, token) throws(AgentdError) in
            try await session.client.listUsers(
                .init(filter: filter, pageSize: size), showDeleted: showDeleted, pageToken: token)
        }
    }
}
