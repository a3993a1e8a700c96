internal import AgentdCore
internal import Storage

/// The `filter` of a list of audit events.
enum AuditFilterParser {
    private static let fields = [
        FilterField("object_type", .equals), FilterField("object_id", .equals), FilterField("actor_user_id", .equals),
        FilterField("action", .equals), FilterField("outcome", .equals), FilterField("create_time", .atLeast, .below),
    ]

    static func parse(_ text: String) throws(FilterProblem) -> AuditQuery.Filter {
        var filter = AuditQuery.Filter()
        for term in try FilterTerms.parse(text, fields: fields) {
            let value = term.value
            switch (term.field, term.comparison) {
            case ("object_type", _): filter.objectType = try value.exact()
            case ("object_id", _): filter.objectID = try value.exact()
            case ("actor_user_id", _): filter.actorUserID = try actor(value)
            case ("outcome", _):
                filter.outcome = try value.named(
                    prefix: "AUDIT_OUTCOME_", AuditOutcome.allCases.map { ($0.databaseName, $0) })
            case ("create_time", .atLeast): filter.since = try value.time()
            case ("create_time", _): filter.before = try value.time()
            default:
                filter.action = try value.match()
            }
        }
        return filter
    }

    /// 0 is somebody who had the database itself.
    private static func actor(_ value: FilterScanner.Value) throws(FilterProblem) -> Int64 {
        value.text == "0" ? 0 : try value.userID()
    }
}
