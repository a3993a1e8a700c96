package import AgentdCore
internal import CAgentdProto
internal import CProtobufC

/// What the schemas say: the `message_response` of a `ServerReflectionResponse`.
package enum ReflectionOutcome: Sendable, Equatable {
    case files([SchemaFile])
    /// A message, by its full name, that nothing extends.
    case noExtensions(of: String)
    /// By their full names.
    case services([String])
    case error(StatusCode, String)
}

/// A `ServerReflectionResponse` as the daemon writes it, with the request that it answers.
package struct ServerReflectionAnswer<Version: ReflectionVersion>: EncodableMessage {
    package static var schema: MessageSchema { Version.response }

    package let request: ServerReflectionRequest<Version>
    package let outcome: ReflectionOutcome

    package init(to request: ServerReflectionRequest<Version>, _ outcome: ReflectionOutcome) {
        self.request = request
        self.outcome = outcome
    }

    package func write(_ writer: MessageWriter) -> MessageView {
        let builder = writer.builder
        let message = builder.make(grpc__reflection__v1__server_reflection_response__init)
        message.pointee.valid_host = builder.text(request.host)
        message.pointee.original_request = builder.reflectionRequest(host: request.host, request.query)
        builder.write(outcome, to: message)
        return MessageView(pointer: message)
    }
}

extension MessageBuilder {
    fileprivate func write(
        _ outcome: ReflectionOutcome, to message: UnsafeMutablePointer<Grpc__Reflection__V1__ServerReflectionResponse>
    ) {
        switch outcome {
        case .files(let files):
            let response = make(grpc__reflection__v1__file_descriptor_response__init)
            response.pointee.n_file_descriptor_proto = files.count
            response.pointee.file_descriptor_proto = binaryData(files.map(\.constantBytes))
            message.pointee.message_response_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_FILE_DESCRIPTOR_RESPONSE
            message.pointee.file_descriptor_response = response
        case .noExtensions(let type):
            let response = make(grpc__reflection__v1__extension_number_response__init)
            response.pointee.base_type_name = text(type)
            message.pointee.message_response_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ALL_EXTENSION_NUMBERS_RESPONSE
            message.pointee.all_extension_numbers_response = response
        case .services(let names):
            let response = make(grpc__reflection__v1__list_service_response__init)
            response.pointee.n_service = names.count
            response.pointee.service = pointers(
                names.map { name in
                    let service = make(grpc__reflection__v1__service_response__init)
                    service.pointee.name = text(name)
                    return service
                })
            message.pointee.message_response_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_LIST_SERVICES_RESPONSE
            message.pointee.list_services_response = response
        case .error(let code, let description):
            let response = make(grpc__reflection__v1__error_response__init)
            response.pointee.error_code = Int32(code.rawValue)
            response.pointee.error_message = text(description)
            message.pointee.message_response_case =
                GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_ERROR_RESPONSE
            message.pointee.error_response = response
        }
    }

    private func binaryData(_ elements: [ProtobufCBinaryData]) -> UnsafeMutablePointer<ProtobufCBinaryData> {
        let array = raw(elements.count * MemoryLayout<ProtobufCBinaryData>.stride)
            .bindMemory(to: ProtobufCBinaryData.self, capacity: elements.count)
        for (index, element) in elements.enumerated() { (array + index).initialize(to: element) }
        return array
    }
}
