internal import AgentdClient
internal import ArgumentParser

struct CreateUser: ChangeCommand {
    static let configuration = CommandConfiguration(
        "create", "Makes a user in the tenant that you work in. Administrators only.",
        examples: ["agentctl users create --email bob@acme.example --display-name Bob"])

    @Option(help: "An address of mail, unique within the tenant.")
    var email: String

    @Option(help: ArgumentHelp("The name for people.", valueName: "name"))
    var displayName = ""

    @Option(help: "MEMBER when it is not given.")
    var role: AgentdClient.Role?

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let user = AgentdClient.User(email: email, displayName: displayName, role: role ?? .unspecified)
        let created = try await session.client.createUser(user, requestID: session.requestID)
        session.show(JSONValue(created), created.text)
    }
}
