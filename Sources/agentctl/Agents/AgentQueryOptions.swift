internal import AgentdClient
internal import ArgumentParser

/// Which agents a list shows, and in which order.
struct AgentQueryOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Terms joined by AND: agent_type = CUSTOM, status = ACTIVE, is_public = true, owner_id = 7, name = "Mar*", \
            name : "note".
            """, valueName: "terms"))
    var filter = ""

    @Option(
        help: ArgumentHelp("id, name, create_time or update_time, with an optional \" desc\".", valueName: "field"),
        completion: .list(["id", "name", "create_time", "update_time"]))
    var orderBy = ""

    func query(pageSize: Int32, showDeleted: Bool = false) -> AgentdClient.AgentQuery {
        AgentdClient.AgentQuery(filter: filter, orderBy: orderBy, pageSize: pageSize, showDeleted: showDeleted)
    }
}
