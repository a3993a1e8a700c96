package import AgentdCore
internal import Postgres

/// Reads one page of agents by key, never by offset: the cost of a page does not depend on how far in it is.
package struct ListAgentsStatement: TenantStatement {
    /// Text of a page; with what a message adds to it, a page stays below a message's default limit.
    private static let pageTextBytes: Int64 = 768 * 1_024

    package let query: AgentQuery

    package init(_ query: AgentQuery) { self.query = query }

    package func run(in session: TenantSession) async throws(ServiceError) -> AgentPage {
        let builder = ListAgentsBuilder(
            query: query, tenantID: session.caller.tenantID, ownerID: session.caller.ownerID)
        return try await session.read(
            Page(text: builder.text(pageTextBytes: Self.pageTextBytes), values: builder.values))
    }

    private struct Page: Statement {
        let text: StatementText
        let values: [ListAgentsBuilder.Value]

        func bind(to parameters: inout Parameters) {
            for value in values { value.bind(to: &parameters) }
        }

        func decode(_ rows: borrowing Rows) throws(DecodingFailure) -> AgentPage {
            var agents: [Agent] = []
            agents.reserveCapacity(rows.count)
            for row in 0..<rows.count { agents.append(try AgentColumns.agent(rows, row)) }
            let found = rows.count == 0 ? 0 : try rows.int8(0, AgentColumns.count)
            return AgentPage(agents: agents, hasMore: found > Int64(agents.count))
        }
    }
}

/// Makes the SQL of a list. Values are always parameters; the shape of the text depends only on which conditions there
/// are, so that the number of prepared statements is bounded.
struct ListAgentsBuilder {
    enum Value {
        case tenant(TenantID)
        case number(Int64)
        case text(String)
        case flag(Bool)
        case time(Timestamp)

        var type: ParameterType {
            switch self {
            case .tenant: .uuid
            case .number: .int8
            case .text: .text
            case .flag: .bool
            case .time: .timestamptz
            }
        }

        func bind(to parameters: inout Parameters) {
            switch self {
            case .tenant(let id): parameters.append(id)
            case .number(let number): parameters.append(int8: number)
            case .text(let text): parameters.append(text: text)
            case .flag(let flag): parameters.append(bool: flag)
            case .time(let time): parameters.append(timestamptz: time.microseconds)
            }
        }
    }

    private(set) var values: [Value]
    private var conditions = ["a.tenant_id = $1"]
    private var shape = ""
    private let order: AgentQuery.Order

    init(query: AgentQuery, tenantID: TenantID, ownerID: Int64) {
        values = [.tenant(tenantID), .number(Int64(query.pageSize))]
        order = query.order
        switch query.scope {
        case .own: add("o", "a.owner_id = ?", .number(ownerID))
        case .public: add("p", "a.is_public")
        }
        if !query.includesDeleted { add("a", "a.is_active") }
        add(query.filter)
        shape += "_\(query.order.field.rawValue)\(query.order.descending ? "_desc" : "")"
        if let cursor = query.after { add(cursor) }
    }

    private mutating func add(_ filter: AgentQuery.Filter) {
        if let type = filter.type { add("t", "a.agent_type = ?", .text(type.databaseName)) }
        if let status = filter.status { add("s", "a.status = ?", .text(status.databaseName)) }
        if let isPublic = filter.isPublic { add("v", "a.is_public = ?", .flag(isPublic)) }
        if let ownerID = filter.ownerID { add("w", "a.owner_id = ?", .number(ownerID)) }
        switch filter.name {
        case nil: break
        case .exactly(let name): add("n", "a.name = ?", .text(name))
        case .startsWith(let name): add("b", "starts_with(a.name, ?)", .text(name))
        case .contains(let name): add("c", "strpos(a.name, ?) > 0", .text(name))
        }
    }

    private mutating func add(_ cursor: AgentQuery.Cursor) {
        let comparison = order.descending ? "<" : ">"
        values.append(.number(cursor.id))
        let id = "$\(values.count)"
        switch cursor.value {
        case .none: conditions.append("a.id \(comparison) \(id)")
        case .text(let text): add("", "(\(column), a.id) \(comparison) (?, \(id))", .text(text))
        case .time(let time): add("", "(\(column), a.id) \(comparison) (?, \(id))", .time(time))
        }
        shape += "_next"
    }

    private mutating func add(_ letter: String, _ condition: String, _ value: Value? = nil) {
        shape += letter
        if let value {
            values.append(value)
            conditions.append(condition.replacing("?", with: "$\(values.count)"))
        } else {
            conditions.append(condition)
        }
    }

    private var column: String {
        switch order.field {
        case .id: "a.id"
        case .name: "a.name COLLATE \"C\""
        case .createTime: "a.create_time"
        case .updateTime: "a.update_time"
        }
    }

    private var ordering: String {
        let direction = order.descending ? " DESC" : ""
        return order.field == .id ? "a.id\(direction)" : "\(column)\(direction), a.id\(direction)"
    }

    /// One row more than the page is read, to know whether there is another page; rows beyond `pageTextBytes` of text
    /// are counted but not sent.
    func text(pageTextBytes: Int64) -> StatementText {
        StatementText(
            "list_agents_\(shape)",
            """
            SELECT \(AgentColumns.list("a")), a.found FROM (
                SELECT a.*, count(*) OVER () AS found, row_number() OVER () AS place,
                    sum(a.text_bytes) OVER (ROWS UNBOUNDED PRECEDING) AS bytes
                FROM (
                    SELECT a.*, 256 + octet_length(a.name) + octet_length(a.description)
                        + octet_length(a.system_prompt) + octet_length(a.config::text) AS text_bytes
                    FROM agents AS a WHERE \(conditions.joined(separator: " AND "))
                    ORDER BY \(ordering) LIMIT $2 + 1
                ) AS a
            ) AS a
            WHERE a.place <= $2 AND (a.place = 1 OR a.bytes <= \(pageTextBytes))
            ORDER BY a.place
            """, values.map(\.type))
    }
}
