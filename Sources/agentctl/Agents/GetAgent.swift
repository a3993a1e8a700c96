internal import AgentdClient
internal import ArgumentParser

struct GetAgent: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "get", abstract: "Shows an agent with its prompt.")

    @Argument(help: "The id of the agent.")
    var id: Int64

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = try await session.client.getAgent(id: id)
        session.show(JSONValue(agent), ResourceText.agent(agent))
    }
}

struct BatchGetAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch-get", abstract: "Shows up to 100 agents in one call, in the order asked for.")

    @Argument(help: "The ids of the agents.")
    var ids: [Int64]

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let batch = try await session.client.batchGetAgents(ids: ids)
        switch session.output {
        case .json:
            var list = JSONList("agents")
            for agent in batch.agents { list.add(JSONValue(agent)) }
            list.finish(["missing_ids": .array(batch.missingIDs.map { .id($0) })])
        case .table:
            var table = AgentListing.table(showsDeleted: false)
            for agent in batch.agents { AgentListing.add(agent, to: &table, showsDeleted: false) }
            Terminal.standardOutput(table.text())
            if !batch.missingIDs.isEmpty {
                let ids = batch.missingIDs.map { "\($0)" }.joined(separator: ", ")
                Terminal.standardError("Not there, or not visible to you: \(ids)\n")
            }
        }
    }
}
