internal import AgentdCore
internal import Messages

/// `agentd.v1.AuditService`.
extension AgentdClient {
    /// One page of the audit trail of the tenant, newest first. Administrators only.
    /// - Parameters:
    ///   - query: Its filter takes `object_type = agent`, `object_id = 7`, `actor_user_id = 7`,
    ///     `action = "UserService.*"`, `outcome = REFUSED`, `create_time >= "2026-01-31T12:00:00Z"`,
    ///     `create_time < TIME`.
    ///   - pageToken: Of the page before; empty for the first one.
    public func listAuditEvents(
        _ query: ListQuery = ListQuery(), pageToken: String = "", options: CallOptions = .standard
    ) async throws(AgentdError) -> Page<AuditEvent> {
        var text = TextFields()
        var request = ListAuditEventsRequest()
        request.pageSize = query.pageSize
        request.pageToken = text.checked(pageToken, "page_token")
        request.filter = text.checked(query.filter, "filter")
        try text.finish()
        let response: ListAuditEventsResponse = try await call(
            "/agentd.v1.AuditService/ListAuditEvents", request, kind: .read, options: options)
        return Page(resources: response.auditEvents.map { AuditEvent($0) }, nextPageToken: response.nextPageToken)
    }

    /// The whole audit trail of the tenant, newest first, fetched page by page. Administrators only.
    public func allAuditEvents(
        _ query: ListQuery = ListQuery(), options: CallOptions = .standard
    ) -> PageSequence<AuditEvent> {
        PageSequence { (token) throws(AgentdError) in
            try await self.listAuditEvents(query, pageToken: token, options: options)
        }
    }
}
