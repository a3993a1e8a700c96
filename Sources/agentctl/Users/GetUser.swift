internal import AgentdClient
internal import ArgumentParser

struct GetUser: ClientCommand {
    static let configuration = CommandConfiguration(
        "get", "Shows a user, also a deleted one. Who is no administrator sees itself alone.",
        examples: ["agentctl users get 7"])

    @Argument(help: "The id of the user.")
    var id: Int64

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let user = try await session.client.getUser(id: id)
        session.show(JSONValue(user), user.text)
    }
}
