internal import AgentdClient
internal import ArgumentParser

struct ListAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Lists your own agents.",
        discussion: """
            Administrators find the agents that a deleted user left with the filter owner_id = ID.
            """,
        examples: ["agentctl agents list --filter 'status = ACTIVE' --order-by name --all"])

    @OptionGroup var agents: AgentQueryOptions
    @OptionGroup var paging: PagingOptions

    @Flag(help: "Deleted agents too.")
    var showDeleted = false

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await Listing(session, .agents(showsDeleted: showDeleted), paging).show {
            (size, token) throws(AgentdError) in
            let query = agents.query(pageSize: size, showDeleted: showDeleted)
            return try await session.client.listAgents(query, pageToken: token)
        }
    }
}
