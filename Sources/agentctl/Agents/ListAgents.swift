internal import AgentdClient
internal import ArgumentParser

/// The options of both lists.
struct ListOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Terms joined by AND, such as: status = ACTIVE AND name = \"Market*\".", valueName: "terms"))
    var filter = ""

    @Option(help: ArgumentHelp("id, name, create_time or update_time, with an optional \" desc\".", valueName: "field"))
    var orderBy = ""

    @Option(help: ArgumentHelp("Agents on a page: 0 is the daemon's default, 1000 the most.", valueName: "number"))
    var pageSize: Int32 = 0

    @Option(help: ArgumentHelp("Where the page begins, as the page before said.", valueName: "token"))
    var pageToken = ""

    @Flag(help: "All pages, from the page token on.")
    var all = false

    func query(showDeleted: Bool = false) -> AgentdClient.AgentQuery {
        AgentdClient.AgentQuery(filter: filter, orderBy: orderBy, pageSize: pageSize, showDeleted: showDeleted)
    }
}

struct ListAgents: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists your own agents.")

    @OptionGroup var list: ListOptions

    @Flag(help: "Deleted agents too.")
    var showDeleted = false

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let query = list.query(showDeleted: showDeleted)
        try await AgentListing(session, all: list.all, showsDeleted: showDeleted).show(from: list.pageToken) {
            (token) throws(AgentdError) in try await session.client.listAgents(query, pageToken: token)
        }
    }
}

struct ListPublicAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "list-public", abstract: "Lists the public agents of the tenant.")

    @OptionGroup var list: ListOptions
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let query = list.query()
        try await AgentListing(session, all: list.all).show(from: list.pageToken) {
            (token) throws(AgentdError) in try await session.client.listPublicAgents(query, pageToken: token)
        }
    }
}
