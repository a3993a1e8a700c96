internal import AgentdCore
@testable internal import Messages
internal import Testing

/// What a megabyte of a message may take.
private let memory = 4 << 20

/// A megabyte of a message that takes many times as much to read.
struct Bomb: CustomTestStringConvertible {
    let testDescription: String
    let schema: MessageSchema
    let bytes: [UInt8]

    fileprivate init(_ description: String, _ schema: MessageSchema, _ bytes: [UInt8]) {
        testDescription = description
        self.schema = schema
        self.bytes = bytes
    }
}

private func repeated(_ field: [UInt8]) -> [UInt8] {
    Array(repeating: field, count: (1 << 20) / field.count).flatMap(\.self)
}

private let manyFields = (101...130).flatMap { Wire.field($0, varint: 1) }

private let bombs = [
    Bomb("numbers of unknown fields", AgentMessage.schema, repeated(Wire.field(15_000, varint: 0))),
    Bomb("empty unknown fields", AgentMessage.schema, repeated(Wire.field(900, []))),
    Bomb("a known number again and again", GetAgentRequest.schema, repeated(Wire.field(1, varint: 1))),
    Bomb("empty messages", BatchGetAgentsResponse.schema, repeated(Wire.field(1, []))),
    Bomb("empty texts", UpdateAgentRequest.schema, Wire.field(2, repeated(Wire.field(1, [])))),
    Bomb("one-byte texts", UpdateAgentRequest.schema, Wire.field(2, repeated(Wire.field(1, [0x61])))),
    Bomb("empty headers", ClientFrame.schema, Wire.field(2, repeated(Wire.field(3, [])))),
    Bomb("empty settings", UpdateTenantSettingsRequest.schema, repeated(Wire.field(1, []))),
    Bomb("packed numbers", BatchGetAgentsRequest.schema, Wire.field(1, repeated([1]))),
    Bomb("numbers that are not packed", BatchGetAgentsRequest.schema, repeated(Wire.field(1, varint: 1))),
    Bomb("agents of many fields", ListAgentsResponse.schema, repeated(Wire.field(1, manyFields))),
]

@Suite("Memory of a message")
struct MemoryTests {
    @Test("A megabyte that would take many times its size is refused, and takes little", arguments: bombs)
    func bomb(bomb: Bomb) {
        let bytes = bomb.bytes
        let arena = Arena(capacity: memory)
        let error = #expect(throws: ServiceError.self) {
            try bytes.withUnsafeBytes {
                _ = try CheckedDecoder.decode($0, schema: bomb.schema, arena: arena, memory: memory)
            }
        }
        #expect(error?.violation?.description == "takes too much memory to read")
        #expect(arena.heldBytes < memory)
    }

    @Test("A text as long as the longest message is taken")
    func longText() throws {
        let text = String(repeating: "x", count: 1 << 20)
        let bytes = Wire.field(8, text)
        let agent = try bytes.withUnsafeBytes {
            try AgentMessage(decoding: $0, arena: Arena(capacity: memory), memory: memory)
        }
        #expect(agent.systemPrompt == text)
    }

    @Test("The arena has the last word, in the same words")
    func arenaCapacity() {
        let arena = Arena(capacity: 1_000)
        let bytes = Wire.field(8, String(repeating: "x", count: 1_000))
        let error = #expect(throws: ServiceError.self) {
            try bytes.withUnsafeBytes { _ = try AgentMessage(decoding: $0, arena: arena, memory: 1 << 20) }
        }
        #expect(
            error?.violation == FieldViolation(field: "system_prompt", description: "takes too much memory to read"))
        #expect(arena.remainingForDecoding == 1_000, "nothing was allocated for it")
    }

    @Test("What reading takes is foreseen: no less, and hardly more", arguments: MessageSchema.everything)
    func foreseen(schema: MessageSchema) throws {
        var generator = FastRandomNumberGenerator(seed: 1)
        for _ in 0..<200 {
            let bytes = RandomMessage.valid(schema, using: &generator)
            let arena = Arena(capacity: 1 << 24)
            let spent = try bytes.withUnsafeBytes { buffer in
                var scanner = WireScanner(memory: 1 << 24)
                try scanner.scan(buffer, as: schema.descriptor)
                _ = try CheckedDecoder.decode(buffer, schema: schema, arena: arena, memory: 1 << 24)
                return (1 << 24) - scanner.remainingMemory
            }
            let taken = (1 << 24) - arena.remainingForDecoding
            #expect(spent >= taken)
            // The arrays of lists are rounded up; a list has at least two bytes on the wire.
            #expect(spent <= taken + bytes.count * DecodingCost.alignment / 2)
        }
    }

    @Test("A message has no more fields than can be remembered", arguments: MessageSchema.everything)
    func fieldsOfSchema(schema: MessageSchema) {
        #expect(schema.fields.count <= WireScanner.maximumFields)
    }
}
