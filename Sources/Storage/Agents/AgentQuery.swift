package import AgentdCore

/// Which agents a list holds, in which order, and from where on.
package struct AgentQuery: Sendable, Equatable {
    package enum Scope: Sendable, Equatable {
        /// The caller's own.
        case own
        /// The tenant's public ones.
        case `public`
    }

    package enum NameMatch: Sendable, Equatable {
        case exactly(String)
        case startsWith(String)
        case contains(String)
    }

    package struct Filter: Sendable, Equatable {
        package var type: AgentType?
        package var status: AgentStatus?
        package var isPublic: Bool?
        package var ownerID: Int64?
        package var name: NameMatch?

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

    /// The last agent of the page before: its id, and the value that the list is ordered by.
    package struct Cursor: Sendable, Equatable {
        package enum Value: Sendable, Equatable {
            case none
            case text(String)
            case time(Timestamp)
        }

        package let id: Int64
        package let value: Value

        package init(id: Int64, value: Value) {
            self.id = id
            self.value = value
        }
    }

    package var scope: Scope
    package var filter = Filter()
    package var order = Order()
    package var includesDeleted = false
    /// The most agents of a page; it may hold fewer, so that it fits one message.
    package var pageSize: Int
    package var after: Cursor?

    package init(scope: Scope, pageSize: Int) {
        self.scope = scope
        self.pageSize = pageSize
    }
}

extension AgentQuery.Cursor {
    /// Where the page after `agent` begins.
    package init(after agent: Agent, order: AgentQuery.Order) {
        let value: Value =
            switch order.field {
            case .id: .none
            case .name: .text(agent.name)
            case .createTime: .time(agent.createTime)
            case .updateTime: .time(agent.updateTime)
            }
        self.init(id: agent.id, value: value)
    }
}

/// One page of agents.
package struct AgentPage: Sendable {
    package let agents: [Agent]
    /// Whether there is a page behind it.
    package let hasMore: Bool
}
