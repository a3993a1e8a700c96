package import AgentdCore
internal import Postgres

/// Which users a list holds, and from where on. They are ordered by id.
package struct UserQuery: Sendable, Equatable {
    package var role: Role?
    package var isActive: Bool?
    /// Without regard to case, as emails are unique.
    package var email: TextMatch?
    package var includesDeleted = false
    /// The most users of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    /// The id of the last user of the page before.
    package var after: PageCursor?

    package init(pageSize: Int) { self.pageSize = pageSize }
}

/// Reads one page of the users of the tenant.
package struct ListUsersStatement: TenantStatement {
    package let query: UserQuery

    package init(_ query: UserQuery) { self.query = query }

    package func run(in session: TenantSession) async throws(ServiceError) -> Page<User> {
        var page = PageText(pageSize: query.pageSize)
        page.add("", "r.tenant_id = ?", .tenant(session.caller.tenantID))
        if !query.includesDeleted { page.add("l", "r.delete_time IS NULL") }
        if let role = query.role { page.add("r", "r.role = ?", .text(role.databaseName)) }
        if let isActive = query.isActive { page.add("a", "r.is_active = ?", .flag(isActive)) }
        page.add("e", "lower(r.email)", query.email, value: "lower(?)")
        if case .number(let id)? = query.after?.parts.first { page.add("_next", "r.id > ?", .number(id)) }
        let query = page.query(
            "list_users",
            PageTable(
                name: "users", columns: UserColumns.names,
                texts: ["email", "display_name"], order: "r.id"))
        return try await session.read(
            PageStatement(query: query) { (rows, row) throws(DecodingFailure) in try UserColumns.user(rows, row) })
    }
}
