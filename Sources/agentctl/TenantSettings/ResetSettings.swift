internal import AgentdClient
internal import ArgumentParser

struct ResetSettings: ChangeCommand {
    static let configuration = CommandConfiguration(
        "reset", "Takes settings of the tenant that you work in back to their defaults. Administrators only.",
        examples: ["agentctl settings reset default_agent_status"])

    @Argument(help: ArgumentHelp("What to reset.", valueName: "key"))
    var keys: [SettingKey]

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let settings = try await session.client.updateTenantSettings(
            keys.map { .init(key: $0.text, value: "") }, etag: condition.etag, requestID: session.requestID)
        session.show(JSONValue(settings), settings.text(of: keys.map(\.text)))
    }

    func hint(on error: AgentdError) -> String? { SettingKey.hint(on: error, keys: keys.map(\.text)) }
}
