internal import AgentdClient
internal import ArgumentParser

struct WhoAmICommand: ClientCommand {
    static let configuration = CommandConfiguration(
        "whoami", "Shows who the token speaks for.", examples: ["agentctl whoami"])

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let identity = try await session.client.whoAmI()
        session.show(JSONValue(identity), identity.text)
    }
}
