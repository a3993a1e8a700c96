internal import ArgumentParser
internal import Glibc

@main
struct Agentd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agentd",
        abstract: "The daemon that owns the agents of a multi-tenant platform.",
        discussion: """
            `agentd serve` needs nothing else: without AGENTD_DATABASE_URL it runs a private PostgreSQL of its own. \
            Every setting is a flag, an environment variable or a key of a configuration file; \
            `agentd serve --help` lists them.
            """,
        version: Version.text,
        subcommands: [
            Serve.self, Migrate.self, Convert.self, Health.self, VerifyIsolation.self, Token.self, TenantCommand.self,
            Config.self, Version.self,
        ])

    static func main() async {
        // A reader that went away is seen as an error of the write.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            await run(&command)
        } catch {
            if exitCode(for: error) == .validationFailure, CommandLine.arguments.dropFirst().first == "health" {
                Output.errorText(fullMessage(for: error) + "\n")
                exit(withError: ExitCode(Health.usageCode))
            }
            exit(withError: error)
        }
    }

    private static func run(_ command: inout any ParsableCommand) async {
        do {
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            // What the library of the command line knows, such as a request for help, is its affair.
            guard exitCode(for: error) == .failure, !(error is ExitCode) else { exit(withError: error) }
            let failure = Failure(error)
            Output.error(failure.message)
            exit(withError: ExitCode(failure.kind.rawValue))
        }
    }
}
