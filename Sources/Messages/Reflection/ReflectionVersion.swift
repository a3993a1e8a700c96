internal import CAgentdProto

/// Server reflection as one of the packages that it goes by. The messages of both are the same field by field: what is
/// read and written here are the C structs of `grpc.reflection.v1`, which have the layout of the other ones, and a test
/// holds the two to each other.
package protocol ReflectionVersion: Sendable {
    /// Such as `grpc.reflection.v1`.
    static var package: String { get }
    static var request: MessageSchema { get }
    static var response: MessageSchema { get }
}

/// `grpc.reflection.v1`, the stable one.
package enum StableReflection: ReflectionVersion {
    package static let package = "grpc.reflection.v1"
    package static let request = MessageSchema(of: grpc__reflection__v1__server_reflection_request__init)
    package static let response = MessageSchema(of: grpc__reflection__v1__server_reflection_response__init)
}

/// `grpc.reflection.v1alpha`, which most tools still ask for first.
package enum AlphaReflection: ReflectionVersion {
    package static let package = "grpc.reflection.v1alpha"
    package static let request = MessageSchema(of: grpc__reflection__v1alpha__server_reflection_request__init)
    package static let response = MessageSchema(of: grpc__reflection__v1alpha__server_reflection_response__init)
}
