internal import AgentdClient
internal import ArgumentParser

struct UpdateUser: ChangeCommand {
    static let configuration = CommandConfiguration(
        "update", "Changes what is given of a user, and nothing else. Administrators only.",
        discussion: "A user who is not active is refused, with all its keys. The last active administrator stays one.",
        examples: ["agentctl users update 7 --role TENANT_ADMIN", "agentctl users update 7 --no-active"])

    @Argument(help: "The id of the user.")
    var id: Int64

    @Option(help: "What the user may do.")
    var role: AgentdClient.Role?

    @Option(help: ArgumentHelp("The name for people.", valueName: "name"))
    var displayName: String?

    @Flag(name: .customLong("active"), inversion: .prefixedNo, help: "Whether the user may call.")
    var isActive: Bool?

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard role == nil, displayName == nil, isActive == nil else { return }
        throw ValidationError("Say what to change, such as --role ROLE.")
    }

    func run(_ session: Session) async throws {
        var user = AgentdClient.User(email: "")
        user.id = id
        user.etag = condition.etag
        var changes = Changes<AgentdClient.User, AgentdClient.UserField>(user)
        changes.set(\.role, .role, role)
        changes.set(\.displayName, .displayName, displayName)
        changes.set(\.isActive, .isActive, isActive)
        let updated = try await session.client.updateUser(
            changes.resource, fields: changes.fields, requestID: session.requestID)
        session.show(JSONValue(updated), updated.text)
    }
}
