internal import AgentdCore
internal import Storage

/// The `filter` of a list of agents.
enum AgentFilterParser {
    private static let fields = [
        FilterField("agent_type", .equals), FilterField("status", .equals), FilterField("is_public", .equals),
        FilterField("owner_id", .equals), FilterField("name", .equals, .has),
    ]

    static func parse(_ text: String) throws(FilterProblem) -> AgentQuery.Filter {
        var filter = AgentQuery.Filter()
        for term in try FilterTerms.parse(text, fields: fields) {
            let value = term.value
            switch term.field {
            case "agent_type":
                filter.type = try value.named(
                    prefix: "AGENT_TYPE_", AgentType.allCases.map { ($0.databaseName, $0) })
            case "status":
                filter.status = try value.named(
                    prefix: "AGENT_STATUS_", AgentStatus.allCases.map { ($0.databaseName, $0) })
            case "is_public": filter.isPublic = try value.boolean()
            case "owner_id": filter.ownerID = try value.userID()
            case "name" where term.comparison == .has: filter.name = .contains(value.text)
            default:
                filter.name = try value.match()
            }
        }
        return filter
    }
}
