package import AgentdCore

/// Which agents a list holds, in which order, and from where on.
package struct AgentQuery: Sendable, Equatable {
    package enum Scope: Sendable, Equatable {
        /// The caller's own.
        case own
        /// The tenant's public ones.
        case `public`
        /// Those that a user left who was deleted.
        case left(by: Int64)
    }

    package struct Filter: Sendable, Equatable {
        package var type: AgentType?
        package var status: AgentStatus?
        package var isPublic: Bool?
        package var ownerID: Int64?
        package var name: TextMatch?

        package init() {}
    }

    package enum OrderField: String, Sendable, CaseIterable {
        case id, name
        case createTime = "create_time"
        case updateTime = "update_time"
    }

    package struct Order: Sendable, Equatable {
        package var field: OrderField = .id
        package var descending = false

        package init() {}
    }

    package var scope: Scope
    package var filter = Filter()
    package var order = Order()
    package var includesDeleted = false
    /// The most agents of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    /// The last agent of the page before: the value that the list is ordered by unless that is the id, and its id.
    package var after: PageCursor?

    package init(scope: Scope, pageSize: Int) {
        self.scope = scope
        self.pageSize = pageSize
    }
}

extension AgentQuery {
    /// Where the page after `agent` begins.
    func cursor(after agent: AgentView) -> PageCursor {
        switch order.field {
        case .id: PageCursor(.number(agent.id))
        case .name: PageCursor(.text(String(cString: agent.name)), .number(agent.id))
        case .createTime: PageCursor(.time(agent.createTime), .number(agent.id))
        case .updateTime: PageCursor(.time(agent.updateTime), .number(agent.id))
        }
    }
}
