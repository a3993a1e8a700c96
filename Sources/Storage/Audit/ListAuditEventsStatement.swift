package import AgentdCore
internal import Postgres

/// Reads one page of the audit trail of the tenant.
package struct ListAuditEventsStatement: TenantStatement {
    package let query: AuditQuery

    package init(_ query: AuditQuery) { self.query = query }

    package func run(in session: TenantSession) async throws(ServiceError) -> Page<AuditEvent> {
        let query = page(tenantID: session.caller.tenantID).query(
            "list_audit_events",
            PageTable(
                name: "audit_events", columns: AuditColumns.names,
                texts: ["token_id", "action", "object_type", "object_id", "changes", "call_id"],
                order: "r.create_time DESC, r.id DESC"))
        return try await session.read(
            PageStatement(query: query) { (rows, row) throws(DecodingFailure) in try AuditColumns.event(rows, row) })
    }

    /// All that there are: the index of objects begins with the type, and finds an id only together with it.
    private static let objectTypes = "'', 'agent', 'tenant', 'token', 'user'"

    private func page(tenantID: TenantID) -> PageText {
        let filter = query.filter
        var page = PageText(pageSize: query.pageSize)
        page.add("", "r.tenant_id = ?", .tenant(tenantID))
        if let type = filter.objectType { page.add("t", "r.object_type = ?", .text(type)) }
        if let id = filter.objectID {
            let anyType = filter.objectType == nil ? "r.object_type IN (\(Self.objectTypes)) AND " : ""
            page.add("i", "\(anyType)r.object_id = ?", .text(id))
        }
        if let actor = filter.actorUserID { page.add("u", "r.actor_user_id = ?", .number(actor)) }
        page.add("a", "r.action", filter.action)
        switch filter.outcome {
        case nil: break
        case .done: page.add("d", "r.outcome = 'done'")
        case .refused: page.add("f", "r.outcome = 'refused' AND r.object_type = '' AND r.object_id = ''")
        }
        if let since = filter.since { page.add("s", "r.create_time >= ?", .time(since)) }
        if let before = filter.before { page.add("e", "r.create_time < ?", .time(before)) }
        if case (.time(let time)?, .number(let id)?) = (query.after?.parts.first, query.after?.parts.last) {
            page.add("_next", "(r.create_time, r.id) < (?, ?)", .time(time), .number(id))
        }
        return page
    }
}

/// The columns of an audit event, in the order in which `event` reads them.
private enum AuditColumns {
    static let names = [
        "id", "tenant_id", "actor_tenant_id", "actor_user_id", "token_id", "action", "outcome", "object_type",
        "object_id", "changes", "call_id", "create_time",
    ]

    static func event(_ rows: borrowing Rows, _ row: Int) throws(DecodingFailure) -> AuditEvent {
        var event = AuditEvent(tenantID: try rows.tenantID(row, 1), actorTenantID: try rows.tenantID(row, 2))
        event.id = try rows.int8(row, 0)
        event.actorUserID = try rows.int8(row, 3)
        event.tokenID = try rows.text(row, 4)
        event.action = try rows.text(row, 5)
        guard let outcome = AuditOutcome(databaseName: try rows.text(row, 6)) else {
            throw DecodingFailure("the outcome of an audit event is unknown")
        }
        event.outcome = outcome
        event.objectType = try rows.text(row, 7)
        event.objectID = try rows.text(row, 8)
        event.changes = try rows.optionalText(row, 9) ?? ""
        event.callID = try rows.text(row, 10)
        event.createTime = try rows.timestamp(row, 11)
        return event
    }
}
