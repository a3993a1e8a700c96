internal import AgentdClient
internal import ArgumentParser

struct UpdateAgent: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Changes an agent of your own: the fields that are given, also to an empty value, and no others.")

    @Argument(help: "The id of the agent.")
    var id: Int64

    @Option(help: "1 to 255 characters.")
    var name: String?

    @Option(help: "What it is for.")
    var type: AgentdClient.AgentType?

    @Option(help: "At most 8192 characters.")
    var description: String?

    @Option(help: "Where it stands in its life.")
    var status: AgentdClient.AgentStatus?

    @Flag(name: .customLong("public"), inversion: .prefixedNo, help: "For the whole tenant to view, or not.")
    var isPublic: Bool?

    @Option(help: "Only if it is unchanged since it was read with this etag.")
    var etag = ""

    @OptionGroup var texts: AgentTextOptions
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        let given: [Any?] = [
            name, type, description, status, isPublic, texts.prompt, texts.promptFile, texts.config, texts.configFile,
        ]
        if given.allSatisfy({ $0 == nil }) { throw ValidationError("Say what to change, such as --name NAME.") }
    }

    func run(_ session: Session) async throws {
        var agent = AgentdClient.Agent()
        agent.id = id
        agent.etag = etag
        var fields: [AgentdClient.AgentField] = []
        func set<Value>(
            _ value: Value?, _ field: AgentdClient.AgentField, _ path: WritableKeyPath<AgentdClient.Agent, Value>
        ) {
            guard let value else { return }
            agent[keyPath: path] = value
            fields.append(field)
        }
        set(name, .name, \.name)
        set(type, .type, \.type)
        set(description, .description, \.description)
        set(status, .status, \.status)
        set(isPublic, .isPublic, \.isPublic)
        set(try texts.systemPrompt(), .systemPrompt, \.systemPrompt)
        set(try texts.configuration(), .config, \.config)
        let updated = try await session.client.updateAgent(agent, fields: fields, requestID: repetition.requestID)
        session.show(JSONValue(updated), ResourceText.agent(updated))
    }
}
