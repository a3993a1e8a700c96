internal import AgentdCore
internal import ArgumentParser

/// The client of agentd for people and scripts.
@main
struct Agentctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "agentctl", "Talks to agentd: agents, tenants, users, API keys and the audit trail.",
        discussion: """
            Every command takes --address, --token-file, --tenant, --timeout and --output. What is not given there \
            comes from AGENTD_ADDRESS, AGENTD_TOKEN (or AGENTD_TOKEN_FILE) and AGENTD_TENANT, then from the file \
            $XDG_CONFIG_HOME/agentd/agentctl.json, usually ~/.config/agentd/agentctl.json, a JSON object with the keys \
            address, token and tenant.

            With --tls the connection is encrypted, and the daemon's certificate verified. --ca, --cert, --key and \
            --server-name come from AGENTD_CA_FILE, AGENTD_CLIENT_CERTIFICATE_FILE, AGENTD_CLIENT_KEY_FILE and \
            AGENTD_SERVER_NAME otherwise, then from the keys ca_file, client_certificate_file, client_key_file and \
            server_name of that file; --tls itself from AGENTD_TLS or tls.

            Tables are for people. --output json is for programs: its fields are those of the schema files.

            Exit codes: 0 done; 1 refused or failed, or you did not agree to it; 64 wrong use; 69 no connection.
            """,
        version: "agentctl \(ProgramVersion.number)",
        examples: ["agentctl agents list", "agentctl help agents create", "agentctl completion bash"],
        subcommands: [
            AgentsCommand.self, WhoAmICommand.self, TenantsCommand.self, SettingsCommand.self, UsersCommand.self,
            TokensCommand.self, AuditCommand.self, HealthCommand.self, CompletionCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            if exitCode(for: error) == .validationFailure, let text = MisspeltCommand.text(arguments, of: self) {
                Terminal.standardError(text)
                exit(withError: ExitCode.validationFailure)
            }
            exit(withError: error)
        }
    }
}
