package import AgentdCore
internal import CAgentdProto

/// What is asked of the schemas: the `message_request` of a `ServerReflectionRequest`.
package enum ReflectionQuery: Sendable, Equatable {
    /// A schema file by the name that others import it by.
    case fileByFilename(String)
    /// The file that declares a symbol, by its full name.
    case fileContainingSymbol(String)
    /// The file that extends a message with a field of this number.
    case fileContainingExtension(type: String, number: Int32)
    /// The numbers of all extensions of a message.
    case allExtensionNumbersOfType(String)
    /// The full names of the services. The text has no meaning.
    case listServices(String)
}

package struct ServerReflectionRequest<Version: ReflectionVersion>: Message, Equatable {
    package static var schema: MessageSchema { Version.request }

    package var host = ""
    /// Nil when the request asks for nothing, or for something that a newer version knows.
    package var query: ReflectionQuery?

    package init(_ query: ReflectionQuery?, host: String = "") {
        self.query = query
        self.host = host
    }

    package init(_ view: MessageView) throws(ServiceError) {
        let message = view.of(Grpc__Reflection__V1__ServerReflectionRequest.self).pointee
        host = String(cString: message.host)
        query =
            switch message.message_request_case {
            case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME:
                .fileByFilename(String(cString: message.file_by_filename))
            case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL:
                .fileContainingSymbol(String(cString: message.file_containing_symbol))
            case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION:
                .fileContainingExtension(
                    type: String(cString: message.file_containing_extension.pointee.containing_type),
                    number: message.file_containing_extension.pointee.extension_number)
            case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE:
                .allExtensionNumbersOfType(String(cString: message.all_extension_numbers_of_type))
            case GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES:
                .listServices(String(cString: message.list_services))
            default: nil
            }
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        MessageView(pointer: writer.builder.reflectionRequest(host: host, query))
    }
}

extension MessageBuilder {
    func reflectionRequest(
        host: String, _ query: ReflectionQuery?
    ) -> UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionRequest> {
        let message = make(grpc__reflection__v1__server_reflection_request__init)
        message.pointee.host = text(host)
        switch query {
        case nil: break
        case .fileByFilename(let name):
            message.pointee.message_request_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_BY_FILENAME
            message.pointee.file_by_filename = text(name)
        case .fileContainingSymbol(let symbol):
            message.pointee.message_request_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_SYMBOL
            message.pointee.file_containing_symbol = text(symbol)
        case .fileContainingExtension(let type, let number):
            let request = make(grpc__reflection__v1__extension_request__init)
            request.pointee.containing_type = text(type)
            request.pointee.extension_number = number
            message.pointee.message_request_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_FILE_CONTAINING_EXTENSION
            message.pointee.file_containing_extension = request
        case .allExtensionNumbersOfType(let type):
            message.pointee.message_request_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_ALL_EXTENSION_NUMBERS_OF_TYPE
            message.pointee.all_extension_numbers_of_type = text(type)
        case .listServices(let content):
            message.pointee.message_request_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_LIST_SERVICES
            message.pointee.list_services = text(content)
        }
        return message
    }
}
