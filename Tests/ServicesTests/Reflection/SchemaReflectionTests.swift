internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("Server reflection")
struct SchemaReflectionTests {
    private let reflection = SchemaReflection()

    private func files(_ query: ReflectionQuery) -> [String]? {
        guard case .files(let files) = reflection.outcome(of: query) else { return nil }
        return files.map(\.name)
    }

    /// The code of an error that says what is wrong and repeats no more than a piece of the request.
    private func error(_ query: ReflectionQuery?) -> StatusCode? {
        guard case .error(let code, let description) = reflection.outcome(of: query) else { return nil }
        #expect(description.hasSuffix("."))
        #expect(description.utf8.count < 500)
        return code
    }

    @Test("The services are listed by their full names, sorted", arguments: ["", "*", "anything"])
    func services(content: String) {
        #expect(
            reflection.outcome(of: .listServices(content))
                == .services([
                    "agentd.v1.AgentService", "agentd.v1.AuditService", "agentd.v1.TenantService",
                    "agentd.v1.TokenService", "agentd.v1.UserService", "grpc.health.v1.Health",
                    "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
                ]))
    }

    @Test("Each service that is listed is found, and each schema file by its name")
    func listed() throws {
        guard case .services(let names) = reflection.outcome(of: .listServices("")) else {
            Issue.record("no services")
            return
        }
        for name in names { #expect(files(.fileContainingSymbol(name)) != nil, "\(name)") }
        for file in SchemaFiles.all.files { #expect(files(.fileByFilename(file.name))?.first == file.name) }
    }

    @Test("A file comes with all that it imports")
    func imports() {
        let expected = [
            "agentd/v1/agents.proto", "google/protobuf/field_mask.proto", "google/protobuf/timestamp.proto",
        ]
        #expect(files(.fileByFilename("agentd/v1/agents.proto")) == expected)
        for symbol in ["AgentService", "AgentService.GetAgent", "Agent", "AgentType"] {
            #expect(files(.fileContainingSymbol("agentd.v1.\(symbol)")) == expected, "\(symbol)")
        }
    }

    @Test(
        "What is not there is not found",
        arguments: [
            .fileByFilename(""), .fileByFilename("agents.proto"), .fileByFilename("../proto/agentd/v1/agents.proto"),
            .fileByFilename("google/protobuf/descriptor.proto"), .fileContainingSymbol(""),
            .fileContainingSymbol(".agentd.v1.Agent"), .fileContainingSymbol("agentd.v1"),
            .fileContainingSymbol("agentd.v1.AgentService/GetAgent"),
            .fileContainingExtension(type: "agentd.v1.Agent", number: 100),
            .fileContainingExtension(type: "agentd.v1.Nothing", number: .min),
            .allExtensionNumbersOfType("agentd.v1.Nothing"), .allExtensionNumbersOfType("agentd.v1.AgentService"),
            .allExtensionNumbersOfType(""),
        ] as [ReflectionQuery])
    func unknown(query: ReflectionQuery) {
        #expect(error(query) == .notFound)
    }

    @Test("A name of a megabyte is not repeated in its error")
    func longName() {
        #expect(error(.fileContainingSymbol(String(repeating: "x", count: 1 << 20))) == .notFound)
    }

    @Test("A message has no extensions")
    func extensions() {
        #expect(
            reflection.outcome(of: .allExtensionNumbersOfType("agentd.v1.Agent"))
                == .noExtensions(of: "agentd.v1.Agent"))
    }

    @Test("A request that asks for nothing is an invalid one")
    func nothing() {
        #expect(error(nil) == .invalidArgument)
    }
}
