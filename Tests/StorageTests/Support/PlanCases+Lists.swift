internal import AgentdCore
internal import Storage

/// The lists, in each order and with each filter.
extension PlanCases {
    private static let moment = Timestamp(microseconds: 1_750_000_000_000_000)
    private static let page = 50

    static var lists: [PlanCase] { ownAgents + publicAgents + orderedAgents + users + tokens + events + tenants }

    private static func agents(
        _ description: String, _ indexes: [String], scope: AgentQuery.Scope = .own, arguments: [Int: String] = [:],
        sorts: Bool = false, _ change: (inout AgentQuery) -> Void = { _ in }
    ) -> PlanCase {
        var query = AgentQuery(scope: scope, pageSize: page)
        change(&query)
        return PlanCase(
            "agents: \(description)", ListAgentsStatement(query), indexes,
            arguments: arguments.merging([1: "\(query.pageSize)"]) { given, _ in given }, sorts: sorts)
    }

    private static var ownAgents: [PlanCase] {
        let own = ["agents_tenant_active_idx"]
        return [
            agents("own", own),
            agents("own, many", own) { $0.pageSize = 60 },
            agents("own, the next page", own, arguments: [4: "120000"]) { $0.after = PageCursor(.number(120_000)) },
            agents("own, from the end", own) { $0.order.descending = true },
            agents("own, the page before", own, arguments: [4: "120000"]) {
                $0.order.descending = true
                $0.after = PageCursor(.number(120_000))
            },
            agents("own of a type", [], arguments: [4: "'research'"]) { $0.filter.type = .research },
            agents("own of a status", [], arguments: [4: "'draft'"]) { $0.filter.status = .draft },
            agents("own public", []) { $0.filter.isPublic = true },
            agents("own of a name", own, arguments: [4: "'agent'"], sorts: true) { $0.filter.name = .exactly("agent") },
            agents("own of the beginning of a name", own, arguments: [4: "'agent'"], sorts: true) {
                $0.filter.name = .startsWith("agent")
            },
            agents("own of a part of a name", own, arguments: [4: "'agent'"], sorts: true) {
                $0.filter.name = .contains("agent")
            },
            agents("own, deleted too", ["agents_tenant_owner_idx"]) { $0.includesDeleted = true },
            agents("of a user who left", ["agents_tenant_active_idx", "users_pkey"], scope: .left(by: 9)),
        ]
    }

    private static var publicAgents: [PlanCase] {
        let shared = ["agents_tenant_public_idx"]
        return [
            agents("public", shared, scope: .public),
            agents("public, many", shared, scope: .public) { $0.pageSize = 60 },
            agents("public, the next page", shared, scope: .public, arguments: [3: "120000"]) {
                $0.after = PageCursor(.number(120_000))
            },
            agents("public, from the end", shared, scope: .public) { $0.order.descending = true },
            agents("public of a type", shared, scope: .public, arguments: [3: "'research'"]) {
                $0.filter.type = .research
            },
            agents("public of a status", shared, scope: .public, arguments: [3: "'draft'"]) {
                $0.filter.status = .draft
            },
            agents("public of an owner", [], scope: .public) { $0.filter.ownerID = 7 },
            agents(
                "public of the beginning of a name", shared, scope: .public, arguments: [3: "'agent'"], sorts: true
            ) {
                $0.filter.name = .startsWith("agent")
            },
        ]
    }

    /// There is no index of these orders: the agents of one owner, or the public ones, are sorted for each page.
    private static var orderedAgents: [PlanCase] {
        let cursors: [(AgentQuery.OrderField, PageCursor.Part)] = [
            (.name, .text("agent 7")), (.createTime, .time(moment)), (.updateTime, .time(moment)),
        ]
        return cursors.flatMap { field, value in
            [AgentQuery.Scope.own, .public].flatMap { scope in
                [false, true].flatMap { descending in
                    [nil, PageCursor(value, .number(7))].map { cursor in
                        let name = "\(scope) by \(field)\(descending ? ", descending" : "")"
                        return agents(
                            cursor == nil ? name : "\(name), the next page", [], scope: scope, sorts: true
                        ) {
                            $0.order.field = field
                            $0.order.descending = descending
                            $0.after = cursor
                        }
                    }
                }
            }
        }
    }

    private static var users: [PlanCase] {
        func users(
            _ description: String, _ indexes: [String] = ["users_pkey"], arguments: [Int: String] = [:],
            sorts: Bool = false, _ change: (inout UserQuery) -> Void = { _ in }
        ) -> PlanCase {
            var query = UserQuery(pageSize: page)
            change(&query)
            return PlanCase(
                "users: \(description)", ListUsersStatement(query), indexes,
                arguments: arguments.merging([1: "50"]) { given, _ in given }, sorts: sorts)
        }
        return [
            users("all"),
            users("the next page", arguments: [3: "100250"]) { $0.after = PageCursor(.number(100_250)) },
            users("of a role", arguments: [3: "'member'"]) { $0.role = .member },
            users("active") { $0.isActive = true },
            users("of the beginning of an email", [], arguments: [3: "'user'"], sorts: true) {
                $0.email = .startsWith("user")
            },
            users("deleted too") { $0.includesDeleted = true },
            PlanCase(
                "users: of an email", ListUsersStatement(email), ["users_tenant_email_key"],
                arguments: [3: "'user7@example.com'"], sorts: true),
        ]
    }

    private static var email: UserQuery {
        var query = UserQuery(pageSize: page)
        query.email = .exactly("user7@example.com")
        return query
    }

    private static var tokens: [PlanCase] {
        func tokens(
            _ description: String, _ indexes: [String], sorts: Bool = false,
            _ change: (inout TokenQuery) -> Void = { _ in }
        ) -> PlanCase {
            var query = TokenQuery(pageSize: page)
            change(&query)
            return PlanCase(
                "tokens: \(description)", ListTokensStatement(query), indexes, arguments: [1: "50"], sorts: sorts)
        }
        return [
            tokens("valid", ["tokens_tenant_time_idx", "users_pkey"]),
            tokens("all", ["tokens_tenant_time_idx"]) { $0.includesInvalid = true },
            tokens("the next page", ["tokens_tenant_time_idx", "users_pkey"]) {
                $0.after = PageCursor(.time(moment), .text("a"))
            },
            // A user has few of them.
            tokens("of a user", [], sorts: true) { $0.userID = 7 },
        ]
    }

    private static var events: [PlanCase] {
        func events(
            _ description: String, _ index: String, arguments: [Int: String] = [:], sorts: Bool = false,
            _ change: (inout AuditQuery) -> Void = { _ in }
        ) -> PlanCase {
            var query = AuditQuery(pageSize: page)
            change(&query)
            return PlanCase(
                "audit: \(description)", ListAuditEventsStatement(query), ["audit_events_tenant_\(index)_idx"],
                arguments: arguments.merging([1: "50"]) { given, _ in given }, sorts: sorts)
        }
        return [
            events("all", "time"),
            events("the next page", "time") { $0.after = PageCursor(.time(moment), .number(7)) },
            events("a span", "time") {
                $0.filter.since = moment
                $0.filter.before = moment
            },
            events("of a type", "time", arguments: [3: "'agent'"]) { $0.filter.objectType = "agent" },
            events("of an object", "object", arguments: [3: "'agent'", 4: "'7'"], sorts: true) {
                $0.filter.objectType = "agent"
                $0.filter.objectID = "7"
            },
            events("of an id", "object", arguments: [3: "'7'"], sorts: true) { $0.filter.objectID = "7" },
            events("of an actor", "actor") { $0.filter.actorUserID = 7 },
            // PostgreSQL does not know how many of them there are.
            events("refused", "object", sorts: true) { $0.filter.outcome = .refused },
            events("done", "time") { $0.filter.outcome = .done },
            events("of an action", "time", arguments: [3: "'AgentService.CreateAgent'"]) {
                $0.filter.action = .exactly("AgentService.CreateAgent")
            },
            // PostgreSQL takes every beginning for rare when it plans for any, and may then sort all that has it.
            PlanCase("audit: of the beginning of an action", ListAuditEventsStatement(action), [], sorts: true),
        ]
    }

    private static var action: AuditQuery {
        var query = AuditQuery(pageSize: page)
        query.filter.action = .startsWith("AgentService.")
        return query
    }

    private static var tenants: [PlanCase] {
        func tenants(
            _ description: String, _ indexes: [String] = [], arguments: [Int: String] = [:],
            sorts: Bool = false, _ change: (inout TenantQuery) -> Void = { _ in }
        ) -> PlanCase {
            var query = TenantQuery(pageSize: page)
            change(&query)
            return PlanCase(
                platform: "tenants: \(description)", ListTenantsStatement(query), indexes,
                arguments: arguments.merging([1: "50", 2: "'t7'"]) { given, _ in given }, sorts: sorts)
        }
        return [
            tenants("all"),
            tenants("deleted too", ["tenants_slug_id_idx"]) { $0.includesDeleted = true },
            tenants("of a state", arguments: [4: "'active'"]) { $0.filter.state = .active },
            tenants("of the beginning of a slug", sorts: true) { $0.filter.slug = .startsWith("t") },
            tenants("with a feature", arguments: [4: "'custom_agents'"], sorts: true) {
                $0.filter.feature = .customAgents
            },
            // A page at most, which is in order already.
            tenants("of a slug", arguments: [4: "'t7'"], sorts: true) { $0.filter.slug = .exactly("t7") },
            tenants("of a domain", ["tenants_domain_key"], arguments: [4: "'t7.example'"], sorts: true) {
                $0.filter.domain = "t7.example"
            },
        ]
    }
}
