package import AgentdCore
internal import CAgentdProto

/// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
package enum ServingStatus: UInt32, Sendable {
    case unknown = 0
    case serving = 1
    case notServing = 2
    case serviceUnknown = 3
}

package struct HealthCheckRequest: Message, Equatable {
    package static let schema = MessageSchema(of: grpc__health__v1__health_check_request__init)

    package var service = ""

    package init(service: String) { self.service = service }

    package init(_ view: MessageView) throws(ServiceError) {
        service = String(cString: view.of(Grpc__Health__V1__HealthCheckRequest.self).pointee.service)
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(grpc__health__v1__health_check_request__init)
        message.pointee.service = writer.builder.text(service)
        return MessageView(pointer: message)
    }
}

package struct HealthCheckResponse: Message, Equatable {
    package static let schema = MessageSchema(of: grpc__health__v1__health_check_response__init)

    package var status: ServingStatus = .unknown

    package init(status: ServingStatus) { self.status = status }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Grpc__Health__V1__HealthCheckResponse.self).pointee
        status = ServingStatus(rawValue: message.status.rawValue) ?? .unknown
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let message = writer.builder.make(grpc__health__v1__health_check_response__init)
        message.pointee.status = Grpc__Health__V1__HealthCheckResponse__ServingStatus(rawValue: status.rawValue)
        return MessageView(pointer: message)
    }
}
