internal import AgentdClient
internal import ArgumentParser

struct BatchGetAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        "batch-get", "Shows up to 100 agents in one call, in the order asked for.",
        examples: ["agentctl agents batch-get 42 7 43"])

    @Argument(help: "The ids of the agents.")
    var ids: [Int64]

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let batch = try await session.client.batchGetAgents(ids: ids)
        let format = ListFormat.agents()
        switch session.output {
        case .json:
            var list = JSONList(format.field)
            for agent in batch.agents { list.add(format.json(agent)) }
            list.finish(["missing_ids": .array(batch.missingIDs.map { .id($0) })])
        case .table:
            Terminal.standardOutput(format.table(of: batch.agents).text())
            if !batch.missingIDs.isEmpty {
                let ids = batch.missingIDs.map { "\($0)" }.joined(separator: ", ")
                Terminal.standardError("Not there, or not visible to you: \(ids)\n")
            }
        }
    }
}
