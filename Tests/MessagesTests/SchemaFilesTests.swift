@testable internal import Messages
internal import Testing

@Suite("Schema files")
struct SchemaFilesTests {
    private let all = SchemaFiles.all

    @Test("Every service, every method and every message that is served is declared", arguments: MethodSchema.all)
    func served(method: MethodSchema) throws {
        let service = try #require(all.file(declaring: method.service))
        let name = String(method.path.dropFirst().replacing("/", with: "."))
        #expect(all.file(declaring: name) == service)
        for message in [method.input, method.output] {
            #expect(all.hasMessage(message.name))
            let declaring = try #require(all.file(declaring: message.name))
            #expect(all.withImports(service).contains(declaring))
        }
    }

    @Test(
        "A file is found by whatever it declares",
        arguments: [
            ("agentd.v1.AgentService", "agentd/v1/agents.proto"),
            ("agentd.v1.AgentService.GetAgent", "agentd/v1/agents.proto"),
            ("agentd.v1.Agent", "agentd/v1/agents.proto"), ("agentd.v1.Agent.name", "agentd/v1/agents.proto"),
            ("agentd.v1.AgentType", "agentd/v1/agents.proto"),
            ("agentd.v1.AGENT_TYPE_RESEARCH", "agentd/v1/agents.proto"),
            ("agentd.v1.ResolveTenantRequest.key", "agentd/v1/tenants.proto"),
            ("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"),
            ("grpc.health.v1.HealthCheckResponse.NOT_SERVING", "grpc/health/v1/health.proto"),
            ("google.rpc.QuotaFailure.Violation", "google/rpc/error_details.proto"),
            ("google.rpc.ErrorInfo.MetadataEntry", "google/rpc/error_details.proto"),
            ("google.rpc.Status", "google/rpc/status.proto"),
            ("google.protobuf.Timestamp", "google/protobuf/timestamp.proto"),
            ("grpc.reflection.v1alpha.ServerReflection", "grpc/reflection/v1alpha/reflection.proto"),
        ])
    func symbols(symbol: String, file: String) {
        #expect(all.file(declaring: symbol)?.name == file)
    }

    @Test(
        "Nothing else is declared",
        arguments: [
            "", ".", ".agentd.v1.Agent", "agentd.v1.Agent.", "agentd", "agentd.v1", "Agent", "agentd.v1.agent",
            "agentd.v1.AgentService/GetAgent", "agentd.v1.AgentType.AGENT_TYPE_RESEARCH",
            "grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING", "agentd/v1/agents.proto",
        ])
    func unknown(symbol: String) {
        #expect(all.file(declaring: symbol) == nil)
    }

    @Test("Only messages count as messages")
    func messages() {
        #expect(all.hasMessage("agentd.v1.Agent"))
        #expect(all.hasMessage("google.rpc.ErrorInfo.MetadataEntry"))
        for name in ["agentd.v1.AgentType", "agentd.v1.AgentService", "agentd.v1.Agent.id", "agentd.v1.Nothing", ""] {
            #expect(!all.hasMessage(name), "\(name)")
        }
    }

    @Test("Files come after those that they import, each once")
    func order() {
        var earlier: Set<String> = []
        for file in all.files {
            #expect(earlier.isSuperset(of: file.imports), "\(file.name)")
            #expect(earlier.insert(file.name).inserted, "\(file.name)")
            #expect(all.file(named: file.name) == file)
        }
        #expect(all.file(named: "agentd/v1/nothing.proto") == nil)
    }

    @Test("A file goes with all that it imports, itself first")
    func imports() throws {
        let status = try #require(all.file(named: "google/rpc/status.proto"))
        #expect(all.withImports(status).map(\.name) == ["google/rpc/status.proto", "google/protobuf/any.proto"])

        let tenants = try #require(all.file(named: "agentd/v1/tenants.proto"))
        let names = all.withImports(tenants).map(\.name)
        #expect(names.first == "agentd/v1/tenants.proto")
        #expect(
            names.sorted() == [
                "agentd/v1/tenant.proto", "agentd/v1/tenants.proto", "agentd/v1/user.proto",
                "google/protobuf/duration.proto", "google/protobuf/field_mask.proto",
                "google/protobuf/timestamp.proto",
            ])
    }

    @Test(
        "The bytes of a file are its descriptor, and no schema file has an extension", arguments: SchemaFiles.all.files)
    func descriptors(file: SchemaFile) throws {
        let descriptor = try #require(file.bytes.withUnsafeBytes { FileDescriptor($0) })
        #expect(descriptor.name == file.name)
        #expect(descriptor.imports == file.imports)
        #expect(!descriptor.symbols.contains { $0.kind == .extension })
    }

    @Test("A descriptor that is cut short is none, or declares less", arguments: SchemaFiles.all.files)
    func truncated(file: SchemaFile) throws {
        let bytes = file.bytes
        let whole = try #require(bytes.withUnsafeBytes { FileDescriptor($0) })
        for count in 0..<bytes.count {
            let cut = bytes[..<count].withUnsafeBytes { FileDescriptor($0) }
            if let cut { #expect(whole.symbols.starts(with: cut.symbols)) }
        }
    }
}

extension SchemaFile: CustomTestStringConvertible {
    package var testDescription: String { name }
}
