internal import AgentdCore
internal import Messages
internal import Testing

/// A field of text somewhere within a message.
struct TextPlace: CustomTestStringConvertible {
    let schema: MessageSchema
    let path: String
    /// The message that holds this text and nothing else.
    let message: @Sendable ([UInt8]) -> [UInt8]

    var testDescription: String { "\(schema.name): \(path)" }

    fileprivate static func all(of schema: MessageSchema) -> [TextPlace] {
        schema.fields.flatMap { field -> [TextPlace] in
            switch field.kind {
            case .text:
                return [TextPlace(schema: schema, path: field.name) { Wire.field(field.number, $0) }]
            case .message(let nested):
                return all(of: nested).map { inner in
                    TextPlace(schema: schema, path: "\(field.name).\(inner.path)") {
                        Wire.field(field.number, inner.message($0))
                    }
                }
            case .signed, .unsigned, .bool, .enumeration, .bytes:
                return []
            }
        }
    }
}

private let places = MessageSchema.roots.flatMap { TextPlace.all(of: $0) }

@Suite("Text in messages")
struct MessageTextTests {
    @Test("The places of text are found, those in nested and in repeated fields too")
    func found() {
        let found = Set(places.map(\.testDescription))
        #expect(found.contains("agentd.v1.CreateAgentRequest: agent.name"))
        #expect(found.contains("agentd.v1.UpdateAgentRequest: update_mask.paths"))
        #expect(found.contains("agentd.v1.CreateTenantRequest: tenant.features"))
        #expect(found.contains("agentd.v1.ResolveTenantRequest: domain"))
        #expect(found.contains("agentd.v1.UpdateTenantSettingsRequest: settings.value"))
        #expect(found.contains("agentd.wire.v1.ClientFrame: request.headers.key"))
    }

    @Test(
        "Text that is not UTF-8 is refused with the path of its field, wherever it is", arguments: places,
        [
            [0x80], [0xC3], [0xC0, 0x80], [0xFF], [0x61, 0xE2, 0x82],  // lone, cut, overlong, never, cut
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],  // surrogates
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80],  // beyond U+10FFFF
        ])
    func invalid(place: TextPlace, text: [UInt8]) {
        let violation = refusal(place.message(text), as: place.schema)
        #expect(violation == FieldViolation(field: place.path, description: "is not valid UTF-8"))
    }

    @Test(
        "A NUL is refused with the path of its field, wherever it is", arguments: places,
        [[0], [0x74, 0x31, 0, 0x78], [0x61, 0]] as [[UInt8]])
    func nul(place: TextPlace, text: [UInt8]) {
        let violation = refusal(place.message(text), as: place.schema)
        #expect(violation == FieldViolation(field: place.path, description: "holds a NUL"))
    }

    @Test(
        "Every other text is taken as it is, wherever it is", arguments: places,
        ["a", "\u{1}\u{7F}", "é\u{7FF}\u{800}\u{FFFD}\u{10FFFF}", "👩‍🚀", String(repeating: "x", count: 300)])
    func valid(place: TextPlace, text: String) throws {
        let message = place.message(Array(text.utf8))
        #expect(try decode(message, as: place.schema).get() == message)
    }

    @Test("A NUL in text that is written does not cut it: the reader refuses it")
    func writtenNUL() {
        var request = CreateAgentRequest()
        request.requestID = "t1\0x"
        let error = #expect(throws: ServiceError.self) { try CreateAgentRequest(decoding: request.encoded()) }
        #expect(error?.violation?.field == "request_id")
    }
}
