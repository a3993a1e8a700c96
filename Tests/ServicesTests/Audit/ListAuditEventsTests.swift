internal import AgentdCore
internal import Messages
internal import Storage
internal import Testing

@testable internal import Services

@Suite("The query of a list of audit events")
struct ListAuditEventsTests {
    private static let list = ListAuditEvents(pageTokens: PageTokens(key: Array(repeating: 7, count: 32)))

    private static func query(_ change: (inout ListAuditEventsRequest) -> Void) throws(ServiceError) -> AuditQuery {
        var request = ListAuditEventsRequest()
        change(&request)
        return try list.query(request, Callers.caller())
    }

    private static func filter(_ change: (inout AuditQuery.Filter) -> Void) -> AuditQuery.Filter {
        var filter = AuditQuery.Filter()
        change(&filter)
        return filter
    }

    private static let filters: [(text: String, filter: AuditQuery.Filter)] = [
        ("", filter { _ in }), ("object_type = agent", filter { $0.objectType = "agent" }),
        ("object_id = 7", filter { $0.objectID = "7" }), ("object_id = \"\"", filter { $0.objectID = "" }),
        ("actor_user_id = 7", filter { $0.actorUserID = 7 }), ("actor_user_id = 0", filter { $0.actorUserID = 0 }),
        (
            "action = AgentService.CreateAgent",
            filter { $0.action = .exactly("AgentService.CreateAgent") }
        ),
        ("action = AgentService.*", filter { $0.action = .startsWith("AgentService.") }),
        ("action = \"agentd token create\"", filter { $0.action = .exactly("agentd token create") }),
        ("outcome = DONE", filter { $0.outcome = .done }),
        ("outcome = AUDIT_OUTCOME_REFUSED", filter { $0.outcome = .refused }),
        (
            "create_time >= 1970-01-01T00:00:01Z AND create_time < \"1970-01-01T00:00:02Z\"",
            filter {
                $0.since = Timestamp(microseconds: 1_000_000)
                $0.before = Timestamp(microseconds: 2_000_000)
            }
        ),
        (
            "outcome = DONE AND object_type = user AND object_id = 1 AND actor_user_id = 2",
            filter {
                $0.outcome = .done
                $0.objectType = "user"
                $0.objectID = "1"
                $0.actorUserID = 2
            }
        ),
    ]

    @Test("A filter asks for object, actor, action, outcome and time", arguments: filters)
    func readsFilter(_ text: String, _ filter: AuditQuery.Filter) throws {
        #expect(try Self.query { $0.filter = text }.filter == filter)
    }

    @Test(
        "Another filter is refused",
        arguments: [
            "id = 1", "changes = x", "object_type = a*", "object_id = *", "actor_user_id = -1", "actor_user_id = ada",
            "outcome = done", "outcome = FAILED", "create_time = 1970-01-01T00:00:01Z", "create_time >= yesterday",
            "create_time > 1970-01-01T00:00:01Z", "action : x", "action = \"a*b\"", "object_type >= a",
            "create_time < 1970-01-01T00:00:01Z AND create_time < 1970-01-01T00:00:01Z",
        ])
    func wrongFilters(_ text: String) {
        let fields = refusedFields { () throws(ServiceError) in try Self.query { $0.filter = text } }
        #expect(fields == ["filter"])
    }

    @Test("Everything that is wrong is named at once")
    func allViolations() {
        let fields = refusedFields { () throws(ServiceError) in
            try Self.query {
                $0.pageSize = -1
                $0.filter = "?"
                $0.pageToken = "?"
            }
        }
        #expect(fields == ["page_size", "filter"])
        let error = #expect(throws: ServiceError.self) { try Self.query { $0.pageToken = "?" } }
        #expect(error?.reason == .pageTokenInvalid)
    }

    @Test("A page token is bound to the filter that it was made for")
    func pageToken() throws {
        let tokens = PageTokens(key: Array(repeating: 7, count: 32))
        let cursor = PageCursor(.time(Timestamp(microseconds: 5)), .number(9))
        let token = tokens.text(
            of: cursor,
            for: PageBinding(caller: Callers.caller(), method: ListAuditEvents.path, parameters: ["outcome = DONE"]))
        let query = try Self.query {
            $0.filter = "outcome = DONE"
            $0.pageToken = token
            $0.pageSize = 3
        }
        #expect(query.after == cursor && query.pageSize == 3)
        for other in ["", "outcome = REFUSED", "outcome  = DONE"] {
            let error = #expect(throws: ServiceError.self) {
                try Self.query {
                    $0.filter = other
                    $0.pageToken = token
                }
            }
            #expect(error?.reason == .pageTokenInvalid)
        }
    }
}
