internal import ArgumentParser
internal import Glibc
internal import Storage
internal import Operations

struct Convert: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take the database of a single-tenant application to the schema of this version while it runs.",
        discussion: """
            Needs AGENTD_OWNER_DATABASE_URL as a superuser. Begin with --plan, which changes nothing. The run may be \
            stopped at any moment and run again: it goes on where it was. The application keeps its tables, confined \
            to the tenant DEFAULT_TENANT_SLUG, until it is switched off and --finish is run; until then --rollback \
            takes everything back.

            Exit codes: 0 done, 1 not confirmed, 69 the database cannot be asked, or another converter works on it, \
            75 stopped, 78 refused, and why.
            """)

    @Flag(help: "What to do instead of converting.")
    var action: Action?

    @OptionGroup var decisions: ConvertDecisions

    @Option(help: "The most rows a second. By default as many as the application does not feel.")
    var maxRate: Int?

    @Flag(help: "With --finish: go ahead without asking.")
    var yes = false

    @OptionGroup var options: SettingOptions

    enum Action: EnumerableFlag {
        case plan, status, rollback, finish

        static func help(for value: Action) -> ArgumentHelp? {
            switch value {
            case .plan: "Print every step with its SQL, lock and estimate, and what in the data needs a decision."
            case .status: "Print how far it is."
            case .rollback: "Take the database back to what the application made, with what was written meanwhile."
            case .finish: "Remove the application's tables, when it is switched off. There is no way back."
            }
        }
    }

    func validate() throws {
        if let maxRate, maxRate < 1 { throw ValidationError("--max-rate must be at least 1.") }
        if action == .finish, !yes, isatty(STDIN_FILENO) == 0 {
            throw ValidationError(
                "--finish asks before it goes ahead, and nobody can answer: standard input is no terminal. Pass --yes "
                    + "to go ahead without being asked.")
        }
    }

    func run() async throws {
        let signals = TerminationSignals()
        let settings = try options.load()
        let rules = try decisions.rules()
        if action == .finish, !yes { try confirm() }
        try await CommandDatabase(settings).withOwner(migrated: false) { conninfo in
            let conversion = Conversion(
                ownerConninfo: conninfo, defaultTenantSlug: settings.tenancy.defaultTenantSlug,
                rowLevelSecurity: settings.tenancy.usesRowLevelSecurity)
            try await Blocking.run { try perform(conversion, rules, isStopped: { signals.isRequested }) }
        }
    }

    private func confirm() throws {
        Output.text("Remove the application's tables and their passwords for ever? [y/N] ")
        guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else {
            Output.line("Nothing was changed.")
            throw ExitCode.failure
        }
    }

    private func perform(
        _ conversion: Conversion, _ rules: ConversionRules, isStopped: @escaping @Sendable () -> Bool
    ) throws {
        switch action {
        case nil:
            let view = ConvertProgressView()
            let report = try conversion.run(rules, maximumRate: maxRate, isStopped: isStopped) { view.show($0) }
            Output.text(ConvertText.report(report))
        case .plan: Output.text(ConvertText.plan(try conversion.plan(rules)))
        case .status: Output.text(ConvertText.status(try conversion.status()))
        case .rollback:
            try conversion.rollback(isStopped: isStopped)
            Output.line("Taken back: the application's tables are where and what they were.")
        case .finish:
            let others = try conversion.finish(isStopped: isStopped)
            Output.line("Finished: the application's tables are removed, and the schema is that of `agentd migrate`.")
            if !others.isEmpty { Output.line("Of the application these stay: \(others.joined(separator: ", ")).") }
        }
    }
}
