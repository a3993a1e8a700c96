internal import ArgumentParser

struct AgentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "agents", "Agents: list, read, make, change, import.",
        examples: ["agentctl agents list --filter 'status = ACTIVE'"],
        subcommands: [
            ListAgents.self, ListPublicAgents.self, GetAgent.self, BatchGetAgents.self, CreateAgent.self,
            UpdateAgent.self, DeleteAgent.self, UndeleteAgent.self, ImportAgents.self,
        ])
}
