package import AgentdCore
internal import Postgres

/// Which API keys a list holds, and from where on. The newest comes first.
package struct TokenQuery: Sendable, Equatable {
    /// Whose keys; nil for everybody's.
    package var userID: Int64?
    /// Whether revoked and expired keys are listed as well, and those of users who are not active.
    package var includesInvalid = false
    /// The most keys of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    /// The time and the id of the last key of the page before.
    package var after: PageCursor?

    package init(pageSize: Int) { self.pageSize = pageSize }
}

/// Reads one page of the API keys of the tenant, without anything of their secrets.
package struct ListTokensStatement: TenantStatement {
    package let query: TokenQuery

    package init(_ query: TokenQuery) { self.query = query }

    /// The user is looked up for one key after the other: a join would not always read the keys in order.
    private static let isValid = """
        \(TokenColumns.isValid("r")) AND (
            SELECT \(TokenColumns.isOfActive("u")) FROM users AS u WHERE u.tenant_id = r.tenant_id AND u.id = r.user_id
        )
        """

    package func run(in session: TenantSession) async throws(ServiceError) -> Page<Token> {
        var page = PageText(pageSize: query.pageSize)
        page.add("", "r.tenant_id = ?", .tenant(session.caller.tenantID))
        if let userID = query.userID { page.add("u", "r.user_id = ?", .number(userID)) }
        if !query.includesInvalid { page.add("v", Self.isValid) }
        if case (.time(let time)?, .text(let id)?) = (query.after?.parts.first, query.after?.parts.last) {
            page.add("_next", "(r.create_time, r.id) < (?, ?)", .time(time), .text(id))
        }
        let query = page.query(
            "list_tokens",
            PageTable(
                name: "tokens", columns: TokenColumns.names, texts: ["display_name"],
                order: "r.create_time DESC, r.id DESC"))
        return try await session.read(
            PageStatement(query: query) { (rows, row) throws(DecodingFailure) in try TokenColumns.token(rows, row) })
    }
}
