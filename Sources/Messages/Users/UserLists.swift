package import AgentdCore
internal import CAgentdProto

package struct ListUsersRequest: Message, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_users_request__init)

    package var pageSize: Int32 = 0
    package var pageToken = ""
    package var filter = ""
    package var showDeleted = false

    package init() {}

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListUsersRequest.self).pointee
        pageSize = message.page_size
        pageToken = String(cString: message.page_token)
        filter = String(cString: message.filter)
        showDeleted = message.show_deleted != 0
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(agentd__v1__list_users_request__init)
        message.pointee.page_size = pageSize
        message.pointee.page_token = writer.builder.text(pageToken)
        message.pointee.filter = writer.builder.text(filter)
        message.pointee.show_deleted = showDeleted ? 1 : 0
        return MessageView(pointer: message)
    }
}

/// The answer as the daemon writes it.
package struct ListUsersAnswer: EncodableMessage {
    package static var schema: MessageSchema { ListUsersResponse.schema }

    package let users: [User]
    /// Empty on the last page.
    package let nextPageToken: String

    package init(users: [User], nextPageToken: String) {
        self.users = users
        self.nextPageToken = nextPageToken
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(agentd__v1__list_users_response__init)
        message.pointee.n_users = users.count
        message.pointee.users = builder.pointers(users.map { builder.user(UserMessage($0)) })
        message.pointee.next_page_token = builder.text(nextPageToken)
        return MessageView(pointer: message)
    }
}

/// The answer as a client reads it.
package struct ListUsersResponse: DecodableMessage, Equatable {
    package static let schema = MessageSchema(of: agentd__v1__list_users_response__init)

    package let users: [UserMessage]
    package let nextPageToken: String

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Agentd__V1__ListUsersResponse.self).pointee
        users = try messages(message.n_users, message.users)
        nextPageToken = String(cString: message.next_page_token)
    }
}
