internal import ArgumentParser
internal import Storage
internal import Operations

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Change tenants where only somebody who has the database may.",
        subcommands: [MoveUserCommand.self])
}

struct MoveUserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move-user",
        abstract: "Move a user with its agents and keys to another tenant.",
        discussion: """
            Needs AGENTD_OWNER_DATABASE_URL, or works on the embedded database. Ids, ownership and keys stay; both \
            tenants' audit trails say it. It happens as a whole or not at all.
            """)

    @Option(help: "The id or the e-mail of the user.")
    var user: String

    @Option(help: "The slug of its tenant, where several tenants have the e-mail.")
    var from: String?

    @Option(help: "The slug of its new tenant.")
    var to: String

    @Flag(help: "Say what would move, and change nothing.")
    var plan = false

    @OptionGroup var options: SettingOptions

    func validate() throws {
        if user.isEmpty { throw ValidationError("--user must be an id or an e-mail.") }
        if to.isEmpty { throw ValidationError("--to must be the slug of a tenant.") }
    }

    func run() async throws {
        let settings = try options.load()
        try await CommandDatabase(settings).withOwner { conninfo in
            try await Blocking.run {
                let move = MoveUser(ownerConninfo: conninfo, user: user, from: from, to: to)
                let outcome = plan ? try move.plan() : try move.run()
                Output.line(
                    "\(plan ? "would move" : "moved") \(outcome.email) (\(outcome.userID)) from \(outcome.fromSlug) to "
                        + "\(outcome.toSlug), with \(ConversionReport.counted("\(outcome.agents)", "agent")) and "
                        + ConversionReport.counted("\(outcome.tokens)", "key"))
            }
        }
    }
}
