internal import ArgumentParser

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        "audit", "What was changed in the tenant that you work in, and what was tried in vain.",
        examples: ["agentctl audit list --since 24h"], subcommands: [ListAuditEvents.self])
}
