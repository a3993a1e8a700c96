internal import AgentdCore
internal import CAgentdProto
internal import CProtobufC
@testable internal import Messages
internal import Testing

@Suite("Messages of server reflection")
struct ReflectionMessageTests {
    private static let queries: [ReflectionQuery?] = [
        nil, .fileByFilename("agentd/v1/agents.proto"), .fileContainingSymbol("agentd.v1.Agent"),
        .fileContainingExtension(type: "agentd.v1.Agent", number: -1), .allExtensionNumbersOfType("agentd.v1.Agent"),
        .listServices(""), .listServices("*"),
    ]

    @Test("Requests are written and read, the same in both packages", arguments: queries)
    func requests(query: ReflectionQuery?) throws {
        let stable = ServerReflectionRequest<StableReflection>(query, host: "localhost")
        let alpha = ServerReflectionRequest<AlphaReflection>(query, host: "localhost")
        let bytes = stable.encoded()
        #expect(alpha.encoded() == bytes)
        #expect(try ServerReflectionRequest<StableReflection>(decoding: bytes) == stable)
        #expect(try ServerReflectionRequest<AlphaReflection>(decoding: bytes) == alpha)
    }

    @Test("An answer repeats its host and its request")
    func original() throws {
        let request = ServerReflectionRequest<AlphaReflection>(.fileContainingSymbol("x.Y"), host: "h")
        #expect(
            answer(request, .error(.notFound, "No."))
                == Wire.field(1, "h") + Wire.field(2, request.encoded())
                + Wire.field(7, Wire.field(1, varint: 5) + Wire.field(2, "No.")))
    }

    @Test("Services, files and extensions are written as others read them")
    func outcomes() throws {
        let request = ServerReflectionRequest<StableReflection>(nil)
        let original = Wire.field(2, [])
        let names = ["a.A", "b.B"]
        #expect(
            answer(request, .services(names))
                == original + Wire.field(6, names.flatMap { Wire.field(1, Wire.field(1, $0)) }))
        #expect(answer(request, .noExtensions(of: "a.A")) == original + Wire.field(5, Wire.field(1, "a.A")))
        let files = Array(SchemaFiles.all.files.prefix(2))
        #expect(
            answer(request, .files(files)) == original + Wire.field(4, files.flatMap { Wire.field(1, $0.bytes) }))
    }

    private func answer<Version>(
        _ request: ServerReflectionRequest<Version>, _ outcome: ReflectionOutcome
    ) -> [UInt8] {
        ServerReflectionAnswer(to: request, outcome).encoded()
    }

    @Test("The C structs of both packages have one layout")
    func layout() {
        #expect(Self.layout(of: StableReflection.request) == Self.layout(of: AlphaReflection.request))
        #expect(Self.layout(of: StableReflection.response) == Self.layout(of: AlphaReflection.response))
        #expect(Self.layout(of: StableReflection.request) != Self.layout(of: StableReflection.response))
    }

    /// A line for each struct and field, with all that protobuf-c knows of where it lies and how it is read.
    private static func layout(of schema: MessageSchema) -> [String] {
        let descriptor = schema.descriptor.pointee
        let fields = UnsafeBufferPointer(start: descriptor.fields, count: Int(descriptor.n_fields))
        return fields.reduce(into: ["\(String(cString: descriptor.short_name)) \(descriptor.sizeof_message)"]) {
            lines, field in
            lines.append(
                "\(String(cString: field.name)) \(field.id) \(field.label.rawValue) \(field.type.rawValue) "
                    + "\(field.quantifier_offset) \(field.offset) \(field.flags)")
            guard field.type == PROTOBUF_C_TYPE_MESSAGE else { return }
            lines += layout(
                of: MessageSchema(field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)))
        }
    }
}
