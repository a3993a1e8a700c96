internal import AgentdCore
internal import Messages

/// Answers one question of a tool about the schemas. The method is a stream both ways, of which each message is
/// answered by one.
struct ServerReflectionInfo<Version: ReflectionVersion>: RemoteProcedure {
    static var path: String { "/\(Version.package).ServerReflection/ServerReflectionInfo" }
    static var access: Access { .anonymous }
    static var kind: MethodKind { .exchange }

    let reflection: SchemaReflection

    func callAsFunction(
        _ request: ServerReflectionRequest<Version>, _ context: CallContext
    ) async throws(ServiceError) -> ServerReflectionAnswer<Version> {
        ServerReflectionAnswer(to: request, reflection.outcome(of: request.query))
    }
}
