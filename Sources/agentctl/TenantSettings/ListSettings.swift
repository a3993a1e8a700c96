internal import AgentdClient
internal import ArgumentParser

struct ListSettings: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Shows all settings: what is in force, what they do, and what they can be.",
        examples: ["agentctl settings list"])

    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let settings = try await session.client.getTenantSettings()
        session.show(JSONValue(settings), settings.text)
    }
}
