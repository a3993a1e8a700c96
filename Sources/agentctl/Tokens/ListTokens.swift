internal import AgentdClient
internal import ArgumentParser

struct ListTokens: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Lists API keys without their secrets, newest first: your own, or as an administrator the tenant's.",
        examples: ["agentctl tokens list", "agentctl tokens list --user-id 7 --show-revoked"])

    @Option(help: "Only the keys of this user.")
    var userID: Int64?

    @Option(help: ArgumentHelp("Terms joined by AND: user_id = 7.", valueName: "terms"))
    var filter = ""

    @OptionGroup var paging: PagingOptions

    @Flag(help: "Revoked and expired keys too, and those of users who are not active.")
    var showRevoked = false

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        var terms = FilterText(filter)
        terms.add("user_id", "=", ifAny: userID.map { "\($0)" })
        let filter = terms.text
        try await Listing(session, .tokens, paging).show { (size, token) throws(AgentdError) in
            try await session.client.listTokens(
                .init(filter: filter, pageSize: size), showRevoked: showRevoked, pageToken: token)
        }
    }
}
