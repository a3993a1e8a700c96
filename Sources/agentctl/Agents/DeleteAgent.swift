internal import AgentdClient
internal import ArgumentParser

struct DeleteAgent: ChangeCommand {
    static let configuration = CommandConfiguration(
        "delete", "Deletes an agent of your own, once you have agreed; undelete takes it back.",
        examples: ["agentctl agents delete 42", "agentctl agents delete 42 --yes"])

    @Argument(help: "The id of the agent.")
    var id: Int64

    @OptionGroup var confirmation: Confirmation
    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        try await confirmation.ask(repetition) {
            let agent = try await session.client.getAgent(id: id)
            let tenant = try await session.client.getCurrentTenant()
            return "Delete the agent \(agent.id) \"\(agent.name)\" of \(tenant.slug)?"
        }
        let agent = try await session.client.deleteAgent(
            id: id, etag: condition.etag, requestID: session.requestID)
        session.show(
            JSONValue(agent),
            "Deleted \(agent.id): \(DisplayText.line(agent.name)). "
                + "`agentctl agents undelete \(agent.id)` takes it back.\n"
        )
    }
}
