internal import AgentdClient
internal import ArgumentParser

struct UpdateAgent: ChangeCommand {
    static let configuration = CommandConfiguration(
        "update",
        "Changes an agent of your own: the fields that are given, also to an empty value, and no others.",
        examples: ["agentctl agents update 42 --status ACTIVE --public"])

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

    @OptionGroup var texts: AgentTextOptions
    @OptionGroup var condition: EtagOption
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
        agent.etag = condition.etag
        var changes = Changes<AgentdClient.Agent, AgentdClient.AgentField>(agent)
        changes.set(\.name, .name, name)
        changes.set(\.type, .type, type)
        changes.set(\.description, .description, description)
        changes.set(\.status, .status, status)
        changes.set(\.isPublic, .isPublic, isPublic)
        changes.set(\.systemPrompt, .systemPrompt, try texts.systemPrompt())
        changes.set(\.config, .config, try texts.configuration())
        let updated = try await session.change(repeatedWith: texts.difference) { () throws(AgentdError) in
            try await session.client.updateAgent(
                changes.resource, fields: changes.fields, requestID: session.requestID)
        }
        session.show(JSONValue(updated), updated.text)
    }
}
