internal import AgentdClient
internal import ArgumentParser

struct SetSettings: ChangeCommand {
    static let configuration = CommandConfiguration(
        "set", "Changes settings of the tenant that you work in. Administrators only.",
        discussion: "An empty value takes a setting back to its default. What is wrong is said of all at once.",
        examples: ["agentctl settings set default_agent_status=ACTIVE default_page_size=100"])

    @Argument(help: ArgumentHelp("What to set; `agentctl settings list` shows what there is.", valueName: "key=value"))
    var assignments: [SettingAssignment]

    @OptionGroup var condition: EtagOption
    @OptionGroup var repetition: RequestIDOption
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let settings = try await session.client.updateTenantSettings(
            assignments.map(\.setting), etag: condition.etag, requestID: session.requestID)
        session.show(JSONValue(settings), settings.text(of: assignments.map(\.setting.key)))
    }

    func hint(on error: AgentdError) -> String? { SettingKey.hint(on: error, keys: assignments.map(\.setting.key)) }
}
