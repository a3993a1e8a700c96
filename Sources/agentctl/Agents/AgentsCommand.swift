internal import ArgumentParser

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agents", abstract: "Agents: list, read, make, change, import.",
        subcommands: [
            ListAgents.self, ListPublicAgents.self, GetAgent.self, BatchGetAgents.self, CreateAgent.self,
            UpdateAgent.self, DeleteAgent.self, UndeleteAgent.self, ImportAgents.self,
        ])
}
