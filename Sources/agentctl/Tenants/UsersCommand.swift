internal import AgentdClient
internal import ArgumentParser

struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users", abstract: "Users of a tenant.", subcommands: [CreateUser.self])
}

struct CreateUser: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a user in the tenant selected with --tenant, or else in your own. System administrators only.")

    @Option(help: "An address of mail, unique within the tenant.")
    var email: String

    @Option(help: "The name for people.")
    var displayName = ""

    @Option(help: "MEMBER when it is not given.")
    var role: AgentdClient.Role?

    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let user = AgentdClient.User(email: email, displayName: displayName, role: role ?? .unspecified)
        let created = try await session.client.createUser(user, requestID: repetition.requestID)
        session.show(JSONValue(created), ResourceText.user(created))
    }
}

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami", abstract: "Shows who the token speaks for.")

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let identity = try await session.client.whoAmI()
        session.show(
            .object(["user": JSONValue(identity.user), "tenant": JSONValue(identity.tenant)]),
            ResourceText.identity(identity))
    }
}
