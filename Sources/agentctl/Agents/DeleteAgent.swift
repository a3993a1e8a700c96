internal import AgentdClient
internal import ArgumentParser

struct DeleteAgent: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Deletes an agent of your own; undelete takes it back.")

    @Argument(help: "The id of the agent.")
    var id: Int64

    @Option(help: "Only if it is unchanged since it was read with this etag.")
    var etag = ""

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = try await session.client.deleteAgent(id: id, etag: etag, requestID: repetition.requestID)
        session.show(JSONValue(agent), "Deleted \(agent.id): \(DisplayText.line(agent.name))\n")
    }
}

struct UndeleteAgent: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "undelete", abstract: "Takes back the deletion of an agent of your own.")

    @Argument(help: "The id of the agent.")
    var id: Int64

    @Option(help: "Only if it is unchanged since it was read with this etag.")
    var etag = ""

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = try await session.client.undeleteAgent(id: id, etag: etag, requestID: repetition.requestID)
        session.show(JSONValue(agent), ResourceText.agent(agent))
    }
}
