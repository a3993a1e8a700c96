internal import AgentdClient
internal import ArgumentParser

struct ListPublicAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        "list-public", "Lists the public agents of the tenant.",
        examples: ["agentctl agents list-public --filter 'name : \"notes\"'"])

    @OptionGroup var agents: AgentQueryOptions
    @OptionGroup var paging: PagingOptions
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await Listing(session, .agents(), paging).show { (size, token) throws(AgentdError) in
            try await session.client.listPublicAgents(agents.query(pageSize: size), pageToken: token)
        }
    }
}
