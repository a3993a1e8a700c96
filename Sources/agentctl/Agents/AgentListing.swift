internal import AgentdClient

/// Shows one page of agents, or all of them. As JSON the pages are written as they come, so that a long list takes no
/// memory; as a table the rows are gathered, because the columns depend on all of them.
struct AgentListing {
    private let session: Session
    private let all: Bool
    private let showsDeleted: Bool

    init(_ session: Session, all: Bool, showsDeleted: Bool = false) {
        self.session = session
        self.all = all
        self.showsDeleted = showsDeleted
    }

    func show(
        from pageToken: String, page: (_ token: String) async throws(AgentdError) -> AgentdClient.AgentPage
    ) async throws(AgentdError) {
        var rows = Self.table(showsDeleted: showsDeleted)
        var list = JSONList("agents")
        var token = pageToken
        var hasAgents = false
        repeat {
            let answer = try await page(token)
            token = answer.nextPageToken
            hasAgents = hasAgents || !answer.agents.isEmpty
            for agent in answer.agents {
                switch session.output {
                case .json: list.add(JSONValue(agent))
                case .table: Self.add(agent, to: &rows, showsDeleted: showsDeleted)
                }
            }
        } while all && !token.isEmpty
        switch session.output {
        case .json: list.finish(["next_page_token": .string(token)])
        case .table:
            Terminal.standardOutput(rows.text())
            if !hasAgents { Terminal.standardError("No agents.\n") }
            if !token.isEmpty { Terminal.standardError("More follow: --all, or --page-token \(token)\n") }
        }
    }

    static func table(showsDeleted: Bool) -> Table {
        var columns: [Table.Column] = [
            .init(title: "ID", alignsRight: true), .init(title: "NAME", mayBeCut: true), .init(title: "TYPE"),
            .init(title: "STATUS"), .init(title: "PUBLIC"), .init(title: "OWNER", alignsRight: true),
            .init(title: "UPDATED (UTC)"),
        ]
        if showsDeleted { columns.append(.init(title: "DELETED (UTC)")) }
        return Table(columns)
    }

    static func add(_ agent: AgentdClient.Agent, to table: inout Table, showsDeleted: Bool) {
        var cells = [
            "\(agent.id)", agent.name, agent.type.shortName, agent.status.shortName, agent.isPublic ? "yes" : "no",
            "\(agent.ownerID)", agent.updateTime.map(TimeText.readable) ?? "",
        ]
        if showsDeleted { cells.append(agent.deleteTime.map(TimeText.readable) ?? "") }
        table.add(cells)
    }
}
