internal import CAgentdProto
internal import CProtobufC

/// A method of the schema files: its path and the messages that it takes and gives.
package struct MethodSchema: Sendable {
    /// As in gRPC, such as `/agentd.v1.AgentService/GetAgent`.
    package let path: String
    package let service: String
    package let input: MessageSchema
    package let output: MessageSchema

    /// Every method of every service, read from the service descriptors that protoc-c generates: the one list of
    /// methods.
    package static let all: [MethodSchema] = [
        methods(of: agentd__v1__agent_service__descriptor),
        methods(of: agentd__v1__tenant_service__descriptor),
        methods(of: agentd__v1__user_service__descriptor),
        methods(of: agentd__v1__token_service__descriptor),
        methods(of: agentd__v1__audit_service__descriptor),
        methods(of: grpc__health__v1__health__descriptor),
        methods(of: grpc__reflection__v1__server_reflection__descriptor),
        methods(of: grpc__reflection__v1alpha__server_reflection__descriptor),
    ].flatMap(\.self)

    private static func methods(of service: ProtobufCServiceDescriptor) -> [MethodSchema] {
        let name = String(cString: service.name)
        return UnsafeBufferPointer(start: service.methods, count: Int(service.n_methods)).map { method in
            MethodSchema(
                path: "/\(name)/\(String(cString: method.name))", service: name,
                input: MessageSchema(method.input), output: MessageSchema(method.output))
        }
    }
}
