package import AgentdCore
internal import Postgres

/// One page of a list of agents; lent, as its agents are.
package struct AgentPage {
    package let agents: [AgentView]
    /// Where the next page begins; nil when there is none.
    package let next: PageCursor?
}

/// Reads one page of agents by key, never by offset: the cost of a page does not depend on how far in it is.
package struct ListAgentsStatement: TenantLookUp {
    /// A page of so many agents, in the order of an index that holds no others, is as quick as looking a few up by
    /// their key.
    private static let fewAgents = 50

    package let query: AgentQuery

    package init(_ query: AgentQuery) { self.query = query }

    package func begin(in session: TenantSession, for receiver: any LookUpReceiver<AgentPage>) -> StartedLookUp {
        let caller = session.caller
        func beginAny(hasPlace: Bool) -> StartedLookUp {
            let list = list(of: caller)
            return session.begin(list, hasPlace: hasPlace, page(of: list), for: receiver)
        }
        guard isLookUp else { return beginAny(hasPlace: false) }
        let short = shortList(of: caller)
        return session.begin(short, shortPage(of: short), otherwise: { beginAny(hasPlace: true) }, for: receiver)
    }

    package func run<Output>(
        in session: TenantSession, _ body: (AgentPage) throws(ServiceError) -> Output
    ) async throws(ServiceError) -> Output {
        if isLookUp {
            let short = shortList(of: session.caller)
            let output = try await session.run(short, shortPage(of: short)) { (page) throws(ServiceError) -> Output? in
                guard let page else { return nil }
                return try body(page)
            }
            if let output { return output }
        }
        let list = list(of: session.caller)
        return try await session.run(list, page(of: list), body)
    }

    private typealias Read<Found> = (borrowing Rows) throws(DecodingFailure) -> Found

    private func page(of list: PageQuery) -> Read<AgentPage> {
        { (rows) throws(DecodingFailure) in page(try list.page(rows, AgentColumns.view)) }
    }

    private func shortPage(of list: PageQuery) -> Read<AgentPage?> {
        { (rows) throws(DecodingFailure) in try list.shortPage(rows, AgentColumns.view).map(page) }
    }

    private func page(_ page: Page<AgentView>) -> AgentPage {
        AgentPage(agents: page.rows, next: page.hasMore ? page.rows.last.map(query.cursor) : nil)
    }

    private func list(of caller: Caller) -> PageQuery {
        page(tenantID: caller.tenantID, ownerID: caller.ownerID).query(name, isLookUp: isLookUp, table)
    }

    private func shortList(of caller: Caller) -> PageQuery {
        page(tenantID: caller.tenantID, ownerID: caller.ownerID).shortQuery(name, table)
    }

    private var name: String { "list_agents_\(query.order.field.rawValue)\(direction.isEmpty ? "" : "_desc")" }

    private var table: PageTable {
        PageTable(
            name: "agents", columns: AgentColumns.names, texts: ["name", "description", "system_prompt", "config"],
            shares: ["name": 1, "description": 1, "system_prompt": 4, "config": 2],
            order: query.order.field == .id ? "r.id\(direction)" : "\(column)\(direction), r.id\(direction)")
    }

    private var isLookUp: Bool {
        let hasIndex = query.scope == .own || query.scope == .public && !query.includesDeleted
        return hasIndex && query.order.field == .id && query.filter == AgentQuery.Filter()
            && query.pageSize <= Self.fewAgents
    }

    private func page(tenantID: TenantID, ownerID: Int64) -> PageText {
        var page = PageText(pageSize: query.pageSize)
        page.add("", "r.tenant_id = ?", .tenant(tenantID))
        switch query.scope {
        case .own: page.add("o", "r.owner_id = ?", .number(ownerID))
        case .public: page.add("p", "r.is_public")
        case .left(let ownerID):
            let hasLeft = """
                EXISTS (SELECT FROM users AS u
                    WHERE u.tenant_id = r.tenant_id AND u.id = r.owner_id AND u.delete_time IS NOT NULL)
                """
            page.add("l", "r.owner_id = ? AND \(hasLeft)", .number(ownerID))
        }
        if !query.includesDeleted { page.add("a", "r.is_active") }
        add(query.filter, to: &page)
        if let cursor = query.after { add(cursor, to: &page) }
        return page
    }

    private func add(_ filter: AgentQuery.Filter, to page: inout PageText) {
        if let type = filter.type { page.add("t", "r.agent_type = ?", .text(type.databaseName)) }
        if let status = filter.status { page.add("s", "r.status = ?", .text(status.databaseName)) }
        if let isPublic = filter.isPublic { page.add("v", "r.is_public = ?", .flag(isPublic)) }
        if let ownerID = filter.ownerID { page.add("w", "r.owner_id = ?", .number(ownerID)) }
        page.add("n", "r.name", filter.name)
    }

    /// A cursor of another list, which no page token that was read can hold, begins at the beginning.
    private func add(_ cursor: PageCursor, to page: inout PageText) {
        let comparison = query.order.descending ? "<" : ">"
        switch (query.order.field, cursor.parts.first, cursor.parts.last) {
        case (.id, .number(let id), _):
            page.add("_next", "r.id \(comparison) ?", .number(id))
        case (.name, .text(let name), .number(let id)):
            page.add("_next", "(\(column), r.id) \(comparison) (?, ?)", .text(name), .number(id))
        case (.createTime, .time(let time), .number(let id)), (.updateTime, .time(let time), .number(let id)):
            page.add("_next", "(\(column), r.id) \(comparison) (?, ?)", .time(time), .number(id))
        default:
            break
        }
    }

    private var direction: String { query.order.descending ? " DESC" : "" }

    private var column: String {
        switch query.order.field {
        case .id: "r.id"
        case .name: "r.name COLLATE \"C\""
        case .createTime: "r.create_time"
        case .updateTime: "r.update_time"
        }
    }
}
