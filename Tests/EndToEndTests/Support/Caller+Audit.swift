internal import Messages

extension Caller {
    func listAuditEvents(
        headers: [Header] = [], _ change: (inout ListAuditEventsRequest) -> Void = { _ in }
    ) async throws -> ListAuditEventsResponse {
        var request = ListAuditEventsRequest()
        change(&request)
        return try await call("AuditService/ListAuditEvents", request, headers: headers)
    }

    /// All pages of the trail, one after the other.
    func auditPages(filter: String = "", pageSize: Int32 = 0) async throws -> [[AuditEventMessage]] {
        var pages: [[AuditEventMessage]] = []
        var token = ""
        repeat {
            let pageToken = token
            let page = try await listAuditEvents {
                $0.filter = filter
                $0.pageSize = pageSize
                $0.pageToken = pageToken
            }
            pages.append(page.auditEvents)
            token = page.nextPageToken
        } while !token.isEmpty
        return pages
    }

    func auditEvents(filter: String = "") async throws -> [AuditEventMessage] {
        try await auditPages(filter: filter).flatMap { $0 }
    }
}
