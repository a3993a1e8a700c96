import Testing

internal import Foundation
internal import TestSupport

@Suite("agentctl explains itself", .timeLimit(.minutes(3)))
struct AgentctlHelpTests {
    /// A command as the argument parser describes it.
    private struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let subcommands: [Command]?
        let arguments: [Argument]?

        struct Argument: Decodable {
            let abstract: String?
            let names: [Name]?

            struct Name: Decodable { let name: String }
        }

        /// The lines of its help that are examples.
        var examples: [String] {
            let lines = (discussion ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            guard let heading = lines.firstIndex(where: { ["Example:", "Examples:"].contains($0) }) else { return [] }
            return lines[(heading + 1)...].prefix { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) }
        }

        func takes(_ option: String) -> Bool {
            (arguments ?? []).contains { $0.names?.contains { $0.name == option } == true }
        }

        /// The words of every command below it, with the command itself.
        func all(below path: [String] = []) -> [(path: [String], command: Command)] {
            [(path, self)]
                + (subcommands ?? []).filter { $0.commandName != "help" }
                .flatMap { $0.all(below: path + [$0.commandName]) }
        }
    }

    private static func commands() async throws -> [(path: [String], command: Command)] {
        struct Tool: Decodable { let command: Command }
        let exit = try await Program.run("agentctl", ["--experimental-dump-help"])
        return try JSONDecoder().decode(Tool.self, from: Data(exit.output.utf8)).command.all()
    }

    @Test("Each command has words on itself and on each of its options, and an example")
    func help() async throws {
        let commands = try await Self.commands()
        #expect(commands.count >= 40)
        for (path, command) in commands {
            let name = path.joined(separator: " ")
            #expect(command.abstract?.isEmpty == false, "\(name)")
            for argument in command.arguments ?? [] {
                #expect(argument.abstract?.isEmpty == false, "\(name) \(argument)")
            }
            #expect(!command.examples.isEmpty, "\(name)")
            // So that a terminal of 80 columns shows each as one line.
            #expect(command.examples.allSatisfy { $0.count <= 78 }, "\(name)")
        }
        let help = try await Program.run("agentctl", ["help", "agents", "get"])
        #expect(help.success().contains("Example:\n  agentctl agents get 42 --output json\n"))
        #expect(try await Program.run("agentctl", ["--help"]).success().contains("Exit codes: 0 done"))
    }

    @Test("Every example is a command that agentctl takes")
    func examples() async throws {
        let port = try UnusedPort()
        let environment = [
            "AGENTD_ADDRESS": "127.0.0.1:\(port.number)", "XDG_CONFIG_HOME": "/nonexistent",
            "PATH": "\(TestEnvironment.binaries):/bin:/usr/bin",
        ]
        var seen: Set<String> = []
        for (path, command) in try await Self.commands() {
            for example in command.examples where seen.insert(example).inserted {
                #expect(example.hasPrefix((["agentctl"] + path).joined(separator: " ")), "\(example)")
                var line = example
                if command.takes("yes"), !example.hasSuffix("--yes") { line += " --yes" }
                if command.takes("timeout") { line += " --timeout 100ms" }
                let exit = try await Program.run("/bin/bash", ["-c", line], environment: environment)
                // Taken: it looks for the daemon, or needs none.
                #expect(exit.code == 69 || exit.code == 0, "\(line): \(exit.log)")
            }
        }
        #expect(seen.count >= 40)
        withExtendedLifetime(port) {}
    }

    @Test(
        "What is misspelt is recognised",
        arguments: [
            (["agents", "lst"], "'lst' is no command of 'agentctl agents'. Did you mean 'agentctl agents list'?"),
            (["tenant", "list"], "'tenant' is no command of 'agentctl'. Did you mean 'agentctl tenants'?"),
            (["users", "revoke", "7"], "There are: create, get, list, update, delete, whoami."),
            (["agents", "list", "--filtr", "x"], "Unknown option '--filtr'. Did you mean '--filter'?"),
            (["--tenant", "acme", "users", "list"], "'--tenant' stands before the command"),
            (["agents", "--output", "json", "list"], "as in 'agentctl agents list --output json'"),
            (["agents", "create", "--name", "x", "--type", "RESERCH"], "RESEARCH"),
            (["agents", "get", "\u{1B}[2J"], "<id>"),
            (["ag\u{1B}ents"], "'ag\u{FFFD}ents' is no command"),
        ])
    func misspelt(arguments: [String], text: String) async throws {
        let exit = try await Program.run("agentctl", arguments, environment: ["XDG_CONFIG_HOME": "/nonexistent"])
        exit.expectFailure(64, text, "Usage: agentctl")
    }
}
