internal import AgentdClient
internal import ArgumentParser

struct CreateAgent: ChangeCommand {
    static let configuration = CommandConfiguration(
        "create", "Makes an agent that you own.",
        examples: ["agentctl agents create --name Notes --type RESEARCH --prompt 'You take notes.'"])

    @Option(help: "1 to 255 characters.")
    var name: String

    @Option(help: "What it is for. CUSTOM needs the tenant's feature custom_agents.")
    var type: AgentdClient.AgentType

    @Option(help: "At most 8192 characters.")
    var description = ""

    @Option(help: "When it is not given, what the tenant's setting default_agent_status says.")
    var status: AgentdClient.AgentStatus?

    @Flag(
        help: """
            For the whole tenant to view, or for you alone; when neither is given, what the tenant's setting \
            default_agent_visibility says. --public needs the tenant's feature agent_sharing.
            """)
    var visibility: Visibility?

    enum Visibility: String, EnumerableFlag {
        case `public`, `private`
    }

    @OptionGroup var texts: AgentTextOptions
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let agent = AgentdClient.Agent(
            name: name, type: type, systemPrompt: try texts.systemPrompt() ?? "", description: description,
            status: status ?? .unspecified, config: try texts.configuration() ?? "")
        let created = try await session.change(repeatedWith: texts.difference) { () throws(AgentdError) in
            try await session.client.createAgent(
                agent, visibility: wantedVisibility, requestID: session.requestID)
        }
        session.show(JSONValue(created), created.text)
    }

    private var wantedVisibility: AgentdClient.AgentVisibility {
        switch visibility {
        case .public: .public
        case .private: .private
        case nil: .unspecified
        }
    }
}
