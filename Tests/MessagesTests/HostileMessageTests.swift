internal import AgentdCore
@testable internal import Messages
internal import Testing

@Suite("Hostile messages")
struct HostileMessageTests {
    private let agent = AgentMessage.schema
    private let frame = ClientFrame.schema

    @Test(
        "A message that is cut short anywhere is refused or is a shorter message", arguments: MessageSchema.everything)
    func truncated(schema: MessageSchema) throws {
        let bytes = schema.filled
        #expect((try? decode(bytes, as: schema).get()) != nil)
        for count in 0..<bytes.count {
            switch decode(Array(bytes[..<count]), as: schema) {
            case .success(let again): #expect(try decode(again, as: schema).get() == again)
            case .failure(let error): #expect(error.violation != nil)
            }
        }
    }

    @Test("Every single byte changed is refused or is another message", arguments: MessageSchema.everything)
    func changedByte(schema: MessageSchema) {
        let bytes = schema.filled
        for index in bytes.indices {
            for change: UInt8 in [0x01, 0x07, 0x08, 0x80, 0xFF] {
                var changed = bytes
                changed[index] ^= change
                if case .failure(let error) = decode(changed, as: schema) { #expect(error.violation != nil) }
            }
        }
    }

    @Test("A field of another wire type is refused by its name", arguments: MessageSchema.everything)
    func wireTypes(schema: MessageSchema) {
        for field in schema.fields {
            let packable = field.isRepeated && (field.kind == .signed || field.kind == .unsigned)
            let expected: UInt8 = field.sample == Wire.tag(field.number, wireType: 0) + [1] ? 0 : field.sample[0] & 7
            for wireType: UInt8 in [0, 1, 2, 3, 4, 5] where wireType != expected && !(packable && wireType == 2) {
                let violation = refusal(Wire.value(field.number, wireType: wireType), as: schema)
                #expect(
                    violation
                        == FieldViolation(field: field.name, description: "has another wire type than in the schema"))
            }
        }
    }

    @Test(
        "Groups are refused, with and without their end", arguments: [3, 4] as [UInt8], [[], [0xFC, 0x07], [0x08, 1]])
    func groups(wireType: UInt8, rest: [UInt8]) {
        let violation = refusal(Wire.tag(127, wireType: wireType) + rest, as: agent)
        #expect(violation == FieldViolation(field: "#127", description: "is a group, which is not supported"))
    }

    @Test(
        "Tags that cannot be are refused",
        arguments: [
            [0x00, 0x01], [0x02, 0x00],  // field 0
            [0x0E], [0x0F],  // wire types 6 and 7
            [0x80], [0x88, 0x80, 0x80, 0x80, 0x80, 0x00, 0x01],  // cut, too long
            [0xF8, 0xFF, 0xFF, 0xFF, 0x1F, 0x01],  // over the largest field number
        ] as [[UInt8]])
    func tags(bytes: [UInt8]) {
        #expect(refusal(bytes, as: agent) == FieldViolation(field: "", description: "has a malformed tag"))
    }

    @Test("The largest field number and a tag of five bytes are taken")
    func longTags() throws {
        #expect(try decode([0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0x01], as: agent).get().count == 6)
        #expect(try AgentMessage(decoding: [0x88, 0x80, 0x80, 0x80, 0x00, 0x05]).id == 5)
    }

    @Test(
        "Lengths beyond the end are refused, however large",
        arguments: [1, 127, 1 << 31, 1 << 32, 1 << 32 + 1, 1 << 63, .max] as [UInt64], ["#99", "name", "create_time"])
    func lengths(length: UInt64, field: String) throws {
        let number = agent.fields.first { $0.name == field }?.number ?? 99
        let bytes = Wire.tag(number, wireType: 2) + Wire.varint(length)
        #expect(refusal(bytes, as: agent) == FieldViolation(field: field, description: "is cut short or malformed"))
    }

    @Test("Numbers are taken in up to ten bytes and refused beyond 64 bits")
    func varints() throws {
        for bytes in 1...10 {
            #expect(try AgentMessage(decoding: Wire.tag(1, wireType: 0) + Wire.varint(5, bytes: bytes)).id == 5)
        }
        let minusOne = Array(repeating: UInt8(0xFF), count: 9)
        #expect(try AgentMessage(decoding: Wire.tag(1, wireType: 0) + minusOne + [1]).id == -1)
        for end in [[2], [0x7F], [0x81, 0], [0xFF]] as [[UInt8]] {
            let violation = refusal(Wire.tag(1, wireType: 0) + minusOne + end, as: agent)
            #expect(violation == FieldViolation(field: "id", description: "is cut short or malformed"))
        }
    }

    @Test("Numbers of 32 bits and truth values are cut to their size as everywhere else")
    func narrowing() throws {
        let list = ListAgentsRequest.schema.fields.reduce(into: [:]) { $0[$1.name] = $1.number }
        let pageSize = try #require(list["page_size"]), showDeleted = try #require(list["show_deleted"])
        #expect(try ListAgentsRequest(decoding: Wire.field(pageSize, varint: .max)).pageSize == -1)
        #expect(try ListAgentsRequest(decoding: Wire.field(pageSize, varint: 1 << 32 + 7)).pageSize == 7)
        #expect(try ListAgentsRequest(decoding: Wire.field(showDeleted, varint: 2)).showDeleted)
        #expect(try ListAgentsRequest(decoding: Wire.field(showDeleted, varint: 1 << 40)).showDeleted)
        #expect(
            try !ListAgentsRequest(decoding: Wire.tag(showDeleted, wireType: 0) + Wire.varint(0, bytes: 10)).showDeleted
        )
    }

    @Test(
        "Numbers of an enumeration that nobody knows are kept, negative ones too",
        arguments: [0, 7, 99, -1, .min, .max])
    func enumerations(value: Int32) throws {
        let message = Wire.field(6, varint: UInt64(bitPattern: Int64(value)))
        #expect(try AgentMessage(decoding: message).agentType == value)
        var agent = AgentMessage()
        agent.agentType = value
        #expect(try AgentMessage(decoding: agent.encoded()) == agent)
    }

    @Test("Lists of numbers may be packed, not packed, or both")
    func packed() throws {
        let packed = Wire.field(1, Wire.varint(1) + Wire.varint(300) + Wire.varint(.max))
        let mixed = Wire.field(1, varint: 7) + packed + Wire.field(1, []) + Wire.field(1, varint: 8)
        #expect(try BatchGetAgentsRequest(decoding: mixed).ids == [7, 1, 300, -1, 8])
        for content in [[0x80], [1, 0x80], Array(repeating: 0x80, count: 10) + [1]] as [[UInt8]] {
            let violation = refusal(Wire.field(1, content), as: BatchGetAgentsRequest.schema)
            #expect(violation == FieldViolation(field: "ids", description: "is cut short or malformed"))
        }
    }

    @Test("The last of several values of a plain field counts")
    func repeatedValues() throws {
        let bytes = Wire.field(4, "one") + Wire.field(1, varint: 1) + Wire.field(4, "two") + Wire.field(1, varint: 2)
        let agent = try AgentMessage(decoding: bytes + Wire.field(15, "r1") + Wire.field(15, ""))
        #expect(agent.name == "two")
        #expect(agent.id == 2)
        #expect(agent.etag.isEmpty)
    }

    @Test("A message field given twice is refused: readers do not agree on how to merge it")
    func messageTwice() {
        let time = Wire.field(12, Wire.field(1, varint: 5))
        #expect(
            refusal(time + time, as: agent) == FieldViolation(field: "create_time", description: "is given twice"))
        let nested = Wire.field(1, Wire.field(12, []) + Wire.field(12, []))
        #expect(refusal(nested, as: CreateAgentRequest.schema)?.field == "agent.create_time")
    }

    @Test("Two values of a oneof are refused", arguments: [1, 2, 3, 4] as [UInt32], [1, 2, 3, 4] as [UInt32])
    func oneofTwice(first: UInt32, second: UInt32) {
        let violation = refusal(Wire.field(first, []) + Wire.field(second, []), as: frame)
        #expect(violation?.description == "is a second value of its oneof")
        #expect(violation?.field == frame.fields.first { $0.number == second }?.name)
    }

    @Test("A tenant is not found by two things at once", arguments: [1, 2, 3] as [UInt32], [1, 2, 3] as [UInt32])
    func twoTenantKeys(first: UInt32, second: UInt32) {
        let schema = ResolveTenantRequest.schema
        let violation = refusal(Wire.field(first, "a") + Wire.field(second, "b"), as: schema)
        #expect(violation?.description == "is a second value of its oneof")
        #expect(violation?.field == schema.fields.first { $0.number == second }?.name)
    }

    @Test("Fields from a newer schema are ignored")
    func unknownFields() throws {
        let unknown = [0, 1, 2, 5].flatMap { Wire.value(900, wireType: $0) } + Wire.field(901, "\u{0}")
        #expect(try GetAgentRequest(decoding: unknown + Wire.field(1, varint: 4) + unknown).id == 4)
    }

    @Test("Nesting has an end")
    func depth() {
        func problem(startingAt depth: Int) -> WireScanner.Problem? {
            var scanner = WireScanner(memory: 10_000)
            return Wire.field(12, []).withUnsafeBytes { bytes in
                do throws(WireScanner.Problem) {
                    try scanner.scan(bytes, as: agent.descriptor, depth: depth)
                    return nil
                } catch {
                    return error
                }
            }
        }
        #expect(problem(startingAt: WireScanner.maximumDepth - 2) == nil)
        #expect(problem(startingAt: WireScanner.maximumDepth - 1)?.path == "create_time")
        #expect(problem(startingAt: WireScanner.maximumDepth)?.description == "is nested too deeply")
    }

    @Test("A hundred thousand unknown messages within each other are bytes like any other")
    func deepUnknown() throws {
        var nested: [UInt8] = []
        for _ in 0..<1_000 { nested = Wire.field(99, nested) }
        let deep = Wire.field(99, Array(repeating: [0x9A, 0x06], count: 100_000).flatMap(\.self))
        #expect(throws: Never.self) { try decode(nested, as: agent).get() }
        #expect(throws: Never.self) { try decode(deep, as: agent).get() }
    }
}
