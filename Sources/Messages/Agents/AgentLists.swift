package import AgentdCore
internal import CAgentdProto

package struct BatchGetAgentsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__batch_get_agents_request__init)

    package var ids: [Int64] = []

    package init(ids: [Int64]) { self.ids = ids }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__BatchGetAgentsRequest.self).pointee
        ids = Array(UnsafeBufferPointer(start: message.ids, count: message.ids == nil ? 0 : message.n_ids))
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__batch_get_agents_request__init)
        message.pointee.n_ids = ids.count
        message.pointee.ids = writer.builder.numbers(ids)
        return MessageView(pointer: message)
    }
}

/// The answer as the daemon writes it. Its agents are lent: it must be packed before they are gone.
package struct BatchGetAgentsAnswer: EncodableMessage {
    package static var schema: MessageSchema { BatchGetAgentsResponse.schema }

    package let agents: [AgentView]
    package let missingIDs: [Int64]

    package init(agents: [AgentView], missingIDs: [Int64]) {
        self.agents = agents
        self.missingIDs = missingIDs
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__batch_get_agents_response__init)
        message.pointee.n_agents = agents.count
        message.pointee.agents = builder.pointers(agents.map { builder.agent($0) })
        message.pointee.n_missing_ids = missingIDs.count
        message.pointee.missing_ids = builder.numbers(missingIDs)
        return MessageView(pointer: message)
    }
}

/// The answer as a client reads it.
package struct BatchGetAgentsResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__batch_get_agents_response__init)

    package let agents: [AgentMessage]
    package let missingIDs: [Int64]

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__BatchGetAgentsResponse.self).pointee
        agents = try messages(message.n_agents, message.agents)
        let count = message.missing_ids == nil ? 0 : message.n_missing_ids
        missingIDs = Array(UnsafeBufferPointer(start: message.missing_ids, count: count))
    }
}

package struct ListAgentsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_agents_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""
    package var orderBy = ""
    package var showDeleted = false

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListAgentsRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
        orderBy = String(cString: message.order_by)
        showDeleted = message.show_deleted != 0
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_agents_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        message.pointee.order_by = writer.builder.text(orderBy)
        message.pointee.show_deleted = showDeleted ? 1 : 0
        return MessageView(pointer: message)
    }
}

package struct ListPublicAgentsRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_public_agents_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""
    package var orderBy = ""

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListPublicAgentsRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
        orderBy = String(cString: message.order_by)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_public_agents_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        message.pointee.order_by = writer.builder.text(orderBy)
        return MessageView(pointer: message)
    }
}

/// A page as the daemon writes it: `ListAgentsResponse`. Its agents are lent: it must be packed before they are gone.
package struct ListAgentsAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListAgentsResponse.schema }

    package let agents: [AgentView]
    package let nextPageToken: String

    package init(agents: [AgentView], nextPageToken: String) {
        self.agents = agents
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_agents_response__init)
        message.pointee.n_agents = agents.count
        message.pointee.agents = builder.pointers(agents.map { builder.agent($0) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// A page as the daemon writes it: `ListPublicAgentsResponse`. Its agents are lent, too.
package struct ListPublicAgentsAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListPublicAgentsResponse.schema }

    package let agents: [AgentView]
    package let nextPageToken: String

    package init(agents: [AgentView], nextPageToken: String) {
        self.agents = agents
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_public_agents_response__init)
        message.pointee.n_agents = agents.count
        message.pointee.agents = builder.pointers(agents.map { builder.agent($0) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// A page as a client reads it.
package struct ListAgentsResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_agents_response__init)

    package let agents: [AgentMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListAgentsResponse.self).pointee
        agents = try messages(message.n_agents, message.agents)
        nextPageToken = String(cString: message.next_page_token)
    }
}

package struct ListPublicAgentsResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_public_agents_response__init)

    package let agents: [AgentMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListPublicAgentsResponse.self).pointee
        agents = try messages(message.n_agents, message.agents)
        nextPageToken = String(cString: message.next_page_token)
    }
}
