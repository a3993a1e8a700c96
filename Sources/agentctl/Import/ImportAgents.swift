internal import AgentdClient
internal import ArgumentParser

struct ImportAgents: ClientCommand {
    static let configuration = CommandConfiguration(
        "import", "Makes an agent of each line of a file of JSON lines.",
        discussion: """
            Each line is a JSON object with name and, as far as there are any, description, system_prompt, \
            agent_type, status, is_public and config. What an agent has no field for, such as category, model and \
            tools, is kept in its config. Fields that the daemon sets itself are passed over, so the agents of a list \
            can be imported.

            The type is that of the line, or else --type, or else what the category suggests:

            \(CategoryTypes.all.map { "  \($0.category): \($0.type)" }.joined(separator: "\n"))

            or else --default-type.

            Running the same import again within 24 hours makes nothing twice: every line has a request id of its own, \
            derived from its text and its number. So an import that was interrupted is gone on with by running it \
            again, and lines that failed can be mended in place and tried again. Do not move lines in between. The \
            daemon does not say which agents it had already, so the report counts them with those that are new.

            A line that fails does not stop the others. The import stops when the daemon cannot be reached or refuses \
            the token.
            """,
        examples: ["agentctl agents import agents.jsonl", "agentctl agents import agents.jsonl --type RESEARCH"])

    @Argument(help: "The file; - is standard input.", completion: .file())
    var file: String

    @Option(help: "The type of lines that say none, whatever their category.")
    var type: AgentdClient.AgentType?

    @Option(help: "The type of lines whose category says nothing either.")
    var defaultType = AgentdClient.AgentType.workflow

    @Option(help: "The status of lines that say none; DRAFT when it is not given.")
    var status: AgentdClient.AgentStatus?

    @Flag(name: .customLong("public"), help: "Lines that do not say it become public.")
    var isPublic = false

    @Option(help: "Calls at the same time.")
    var inFlight = 32

    @Flag(help: "Only checks the file; nothing is sent.")
    var dryRun = false

    @Flag(help: "Shows no progress.")
    var quiet = false

    @OptionGroup var global: GlobalOptions

    func validate() throws {
        guard (1...1_024).contains(inFlight) else { throw ValidationError("--in-flight must be 1 to 1024.") }
    }

    func run(_ session: Session) async throws {
        var lines = AgentImport()
        lines.type = type
        lines.defaultType = defaultType
        lines.status = status ?? .unspecified
        lines.isPublic = isPublic
        let client = dryRun ? nil : try await patientClient(session)
        let run = ImportRun(lines: lines, client: client, inFlight: inFlight, progress: quiet ? .none : .fitting)
        let report = try await run.report(path: file)
        await client?.close()
        session.show(report.json(isDryRun: dryRun), report.text(isDryRun: dryRun))
        if let end = report.end {
            Terminal.standardError("The import stopped before the end of the file. Run it again to go on.\n")
            throw end
        }
        if report.failed > 0 { throw ExitCode.failure }
    }

    /// One that outlasts a restart of the daemon, within the time of a call: a long import is not begun again lightly.
    /// Whether there is a daemon, and it takes the token, is found out before, at once.
    private func patientClient(_ session: Session) async throws -> AgentdClient {
        _ = try await session.client.whoAmI()
        var configuration = try session.settings.clientConfiguration()
        configuration.retries.maximumAttempts = 100
        return AgentdClient(configuration: configuration)
    }
}
