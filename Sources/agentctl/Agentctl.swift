internal import ArgumentParser

/// The client of agentd for people and scripts.
@main
struct Agentctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agentctl",
        abstract: "Talks to agentd: agents, tenants, users and API keys.",
        discussion: """
            Every command takes --address, --token, --tenant, --timeout and --output. What is not given there comes \
            from AGENTD_ADDRESS, AGENTD_TOKEN (or AGENTD_TOKEN_FILE) and AGENTD_TENANT, then from the file \
            $XDG_CONFIG_HOME/agentd/agentctl.json, usually ~/.config/agentd/agentctl.json, a JSON object with the keys \
            address, token and tenant.

            Exit codes: 0 done, 1 refused or failed, 64 wrong use, 69 no connection.
            """,
        subcommands: [
            AgentsCommand.self, WhoAmICommand.self, TenantsCommand.self, UsersCommand.self, TokensCommand.self,
            HealthCommand.self,
        ])
}
