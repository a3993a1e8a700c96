import Testing

internal import AgentdCore
internal import Foundation
internal import TestSupport

@Suite("agentctl completes command lines", .timeLimit(.minutes(2)))
struct AgentctlCompletionTests {
    private static func script(_ shell: String) async throws -> String {
        let exit = try await Program.run("agentctl", ["completion", shell])
        #expect(exit.code == 0 && exit.log.isEmpty)
        return exit.output
    }

    @Test("The script for bash parses, and those for zsh and fish are for them")
    func scripts() async throws {
        let parsed = try await Program.run("/bin/bash", ["-n"], input: try await Self.script("bash"))
        #expect(parsed.code == 0 && parsed.log.isEmpty, "\(parsed.log)")
        #expect(try await Self.script("zsh").hasPrefix("#compdef agentctl\n"))
        #expect(try await Self.script("fish").contains("complete -c 'agentctl'"))
        let other = try await Program.run("agentctl", ["completion", "csh"])
        #expect(other.code == 64 && other.log.contains("'bash', 'zsh' or 'fish'"), "\(other.log)")
        let help = try await Program.run("agentctl", ["completion", "--help"])
        #expect(help.output.contains("To install it:") || help.output.contains("To\ninstall it:"))
    }

    /// What the shell offers for the last word of a command line.
    private static func offers(_ line: String) async throws -> Set<String> {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map { "'\($0)'" }
        let probe = """

            COMP_WORDS=(\(words.joined(separator: " ")))
            COMP_CWORD=\(words.count - 1)
            COMP_LINE='\(line)'
            COMP_POINT=${#COMP_LINE}
            cd "$FOLDER"
            _agentctl agentctl \(words[words.count - 1]) \(words[max(words.count - 2, 0)])
            printf '%s\\n' "${COMPREPLY[@]}"
            """
        return try await TemporaryFolder.with { folder in
            try "{}".write(toFile: "\(folder)/agents.jsonl", atomically: true, encoding: .utf8)
            let exit = try await Program.run(
                "/bin/bash", ["--norc"], environment: ["FOLDER": folder], input: try await script("bash") + probe)
            #expect(exit.code == 0 && exit.log.isEmpty, "\(exit.log)")
            return Set(exit.output.split(separator: "\n").map { String($0) })
        }
    }

    @Test(
        "Commands, options, enumerations, settings and files are completed",
        arguments: [
            (
                "agentctl ",
                ["agents", "tenants", "settings", "users", "tokens", "audit", "completion", "whoami", "health"]
            ),
            ("agentctl tenants su", ["suspend"]),
            ("agentctl agents create --ty", ["--type"]),
            ("agentctl agents create --type R", ["RESEARCH"]),
            ("agentctl agents update 7 --status ", ["DRAFT", "ACTIVE", "PAUSED", "ARCHIVED"]),
            ("agentctl users create --role ", ["MEMBER", "TENANT_ADMIN", "SYSTEM_ADMIN"]),
            ("agentctl agents list --output ", ["table", "json"]),
            ("agentctl audit list --outcome ", ["DONE", "REFUSED"]),
            ("agentctl tenants stats --view ", ["BASIC", "FULL"]),
            ("agentctl tenants update acme --add-feature ", Features.names),
            ("agentctl settings set ", TenantSetting.all.map { "\($0.key)=" }),
            ("agentctl settings reset default_a", ["default_agent_status", "default_agent_visibility"]),
            ("agentctl agents create --prompt-file a", ["agents.jsonl"]),
            ("agentctl agents import a", ["agents.jsonl"]),
            ("agentctl whoami --token-file a", ["agents.jsonl"]),
            ("agentctl completion ", ["bash", "zsh", "fish"]),
        ])
    func offers(line: String, expected: [String]) async throws {
        let offers = try await Self.offers(line)
        #expect(offers.isSuperset(of: expected), "\(offers)")
        // Besides them, at most options and the help that every command has.
        let others = offers.subtracting(expected)
        #expect(others.allSatisfy { $0.hasPrefix("-") || $0 == "help" }, "\(others)")
    }
}
