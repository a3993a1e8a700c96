internal import AgentdClient
internal import ArgumentParser

struct CreateAgent: ClientCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Makes an agent that you own.")

    @Option(help: "1 to 255 characters.")
    var name: String

    @Option(help: "What it is for. CUSTOM needs the tenant's feature custom_agents.")
    var type: AgentdClient.AgentType

    @Option(help: "At most 8192 characters.")
    var description = ""

    @Option(help: "DRAFT when it is not given.")
    var status: AgentdClient.AgentStatus?

    @Flag(name: .customLong("public"), help: "For the whole tenant to view; needs the tenant's feature agent_sharing.")
    var isPublic = false

    @OptionGroup var texts: AgentTextOptions
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = AgentdClient.Agent(
            name: name, type: type, systemPrompt: try texts.systemPrompt() ?? "", description: description,
            status: status ?? .unspecified, config: try texts.configuration() ?? "", isPublic: isPublic)
        let created = try await session.client.createAgent(agent, requestID: repetition.requestID)
        session.show(JSONValue(created), ResourceText.agent(created))
    }
}
