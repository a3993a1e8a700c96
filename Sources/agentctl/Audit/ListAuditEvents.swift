internal import AgentdClient
internal import ArgumentParser

struct ListAuditEvents: ClientCommand {
    static let configuration = CommandConfiguration(
        "list", "Lists audit events, newest first. Administrators only.",
        discussion: "All that is given must be true of an event.",
        examples: [
            "agentctl audit list --since 24h --action 'UserService.*'",
            "agentctl audit list --object agent:42 --all",
            "agentctl audit list --outcome REFUSED --since 2026-01-31T00:00:00Z",
        ])

    @Option(
        help: ArgumentHelp("From then on: 2026-01-31T12:00:00Z, or how long ago, such as 2h or 7d.", valueName: "time"))
    var since: TimeBound?

    @Option(help: ArgumentHelp("Before then, said in the same way.", valueName: "time"))
    var until: TimeBound?

    @Option(help: ArgumentHelp("The id of the user who did it; 0 for operators of the daemon.", valueName: "user id"))
    var actor: Int64?

    @Option(
        help: ArgumentHelp("A method, such as AgentService.CreateAgent, or with * its beginning.", valueName: "method"))
    var action: String?

    @Option(
        help: ArgumentHelp("What was changed: agent:42, or only agent, tenant, user or token.", valueName: "type:id"),
        completion: .list(["agent:", "tenant:", "user:", "token:"]))
    var object: AuditObject?

    @Option(help: "Whether it was done, or refused for a role that is too small.")
    var outcome: AgentdClient.AuditOutcome?

    @Option(
        help: ArgumentHelp(
            """
            Terms joined by AND: object_type, object_id, actor_user_id, action, outcome with =, create_time with >= \
            and <.
            """, valueName: "terms"))
    var filter = ""

    @OptionGroup var paging: PagingOptions
    @OptionGroup var global: GlobalOptions

    func run(_ session: Session) async throws {
        let filter = filterText
        try await Listing(session, .auditEvents, paging).show { (size, token) throws(AgentdError) in
            try await session.client.listAuditEvents(.init(filter: filter, pageSize: size), pageToken: token)
        }
    }

    private var filterText: String {
        var terms = FilterText(filter)
        terms.add("create_time", ">=", ifAny: since?.text)
        terms.add("create_time", "<", ifAny: until?.text)
        terms.add("actor_user_id", "=", ifAny: actor.map { "\($0)" })
        terms.add("action", "=", ifAny: action, asPrefix: true)
        terms.add("object_type", "=", ifAny: object?.type)
        terms.add("object_id", "=", ifAny: object?.id)
        terms.add("outcome", "=", ifAny: outcome?.shortName)
        return terms.text
    }
}

/// `TYPE:ID`, or `TYPE` for all objects of it.
struct AuditObject: ExpressibleByArgument {
    let type: String
    let id: String?

    init?(argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let type = parts.first, !type.isEmpty else { return nil }
        self.type = String(type)
        id = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : nil
    }
}
