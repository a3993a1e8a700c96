package import AgentdCore

/// Which audit events a list holds, and from where on. The newest comes first.
package struct AuditQuery: Sendable, Equatable {
    package struct Filter: Sendable, Equatable {
        package var objectType: String?
        package var objectID: String?
        package var actorUserID: Int64?
        package var action: TextMatch?
        package var outcome: AuditOutcome?
        package var since: Timestamp?
        package var before: Timestamp?

        package init() {}
    }

    package var filter = Filter()
    /// The most events of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    /// The last event of the page before: its time and its id.
    package var after: PageCursor?

    package init(pageSize: Int) { self.pageSize = pageSize }

    /// Where the page after `event` begins.
    package static func cursor(after event: AuditEvent) -> PageCursor {
        PageCursor(.time(event.createTime), .number(event.id))
    }
}
