internal import ArgumentParser

struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "settings", "The settings of the tenant that you work in.",
        examples: ["agentctl settings list", "agentctl settings set default_agent_status=ACTIVE"],
        subcommands: [ListSettings.self, SetSettings.self, ResetSettings.self])
}
