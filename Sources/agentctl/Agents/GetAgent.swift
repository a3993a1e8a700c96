internal import AgentdClient
internal import ArgumentParser

struct GetAgent: ClientCommand {
    static let configuration = CommandConfiguration(
        "get", "Shows an agent with its prompt.", examples: ["agentctl agents get 42 --output json"])

    @Argument(help: "The id of the agent.")
    var id: Int64

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = try await session.client.getAgent(id: id)
        session.show(JSONValue(agent), agent.text)
    }
}
