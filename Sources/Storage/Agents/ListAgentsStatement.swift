package import AgentdCore
internal import Postgres

/// Reads one page of agents by key, never by offset: the cost of a page does not depend on how far in it is.
package struct ListAgentsStatement: TenantStatement {
    package let query: AgentQuery

    package init(_ query: AgentQuery) { self.query = query }

    package func run(in session: TenantSession) async throws(ServiceError) -> Page<Agent> {
        let page = page(tenantID: session.caller.tenantID, ownerID: session.caller.ownerID)
        return try await session.read(
            PageStatement(
                text: page.statement(
                    "list_agents_\(query.order.field.rawValue)\(direction.isEmpty ? "" : "_desc")", from: "agents",
                    columns: AgentColumns.list("r"), texts: ["name", "description", "system_prompt", "config::text"],
                    order: query.order.field == .id ? "r.id\(direction)" : "\(column)\(direction), r.id\(direction)"),
                values: page.values, columns: AgentColumns.count
            ) { (rows, row) throws(DecodingFailure) in try AgentColumns.agent(rows, row) })
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
