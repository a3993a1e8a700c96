internal import AgentdClient
internal import ArgumentParser

struct UndeleteAgent: ChangeCommand {
    static let configuration = CommandConfiguration(
        "undelete", "Takes back the deletion of an agent of your own.", examples: ["agentctl agents undelete 42"])

    @Argument(help: "The id of the agent; `agentctl agents list --show-deleted` shows it.")
    var id: Int64

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = try await session.client.undeleteAgent(
            id: id, etag: condition.etag, requestID: session.requestID)
        session.show(JSONValue(agent), agent.text)
    }
}
