internal import AgentdCore
@testable internal import Messages
internal import Testing

@Suite(
    "Messages as another runtime reads them",
    // Skipped outside of scripts/test, which prepares a Python with protobuf and sets AGENTD_TEST_PYTHON.
    .enabled(if: Python.interpreter != nil, "AGENTD_TEST_PYTHON is not set: run scripts/test"))
struct DifferentialTests {
    /// What is refused here and read by others, each for a reason that PROTOCOL.md gives.
    private static let strict: Set<String> = [
        "has another wire type than in the schema", "is a group, which is not supported", "holds a NUL",
        "is given twice", "is a second value of its oneof",
        // Field number 0, which some readers skip in messages that have no fields.
        "has a malformed tag",
    ]
    private static let messagesPerSchema = 400

    private struct Case {
        let schema: MessageSchema
        let bytes: [UInt8]
        let outcome: Result<[UInt8], ServiceError>

        init(_ schema: MessageSchema, _ bytes: [UInt8], _ outcome: Result<[UInt8], ServiceError>? = nil) {
            self.schema = schema
            self.bytes = bytes
            self.outcome = outcome ?? decode(bytes, as: schema)
        }

        /// As `Tests/Python/differential.py` reads it.
        var line: String {
            let written = (try? outcome.get()).map { Self.text($0) } ?? "refused"
            return "\(schema.name) \(Self.text(bytes)) \(written)"
        }

        private static func text(_ bytes: [UInt8]) -> String { bytes.isEmpty ? "-" : Hexadecimal.text(bytes) }
    }

    /// Nine bytes that go on and one that has more than the one bit that is left: a number over 64 bits.
    private static func holdsNumberOver64Bits(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { index in
            index >= 9 && (2..<0x80).contains(bytes[index]) && bytes[index - 9..<index].allSatisfy { $0 >= 0x80 }
        }
    }

    private func verdicts(_ cases: [Case]) throws -> [(Case, Substring)] {
        let verdicts = try Python.run("differential.py", input: cases.map(\.line))
        try #require(verdicts.count == cases.count)
        return Array(zip(cases, verdicts))
    }

    @Test("Valid messages mean the same", .timeLimit(.minutes(5)))
    func valid() throws {
        var generator = FastRandomNumberGenerator(seed: 7)
        let cases = MessageSchema.everything.flatMap { schema in
            (0..<Self.messagesPerSchema).map { _ in Case(schema, RandomMessage.valid(schema, using: &generator)) }
        }
        for (item, verdict) in try verdicts(cases) { #expect(verdict == "same", "\(item.line)") }
    }

    @Test("Damaged messages mean the same, or are refused for a known reason", .timeLimit(.minutes(5)))
    func damaged() throws {
        var generator = FastRandomNumberGenerator(seed: 8)
        let cases = MessageSchema.everything.flatMap { schema in
            (0..<Self.messagesPerSchema).map { _ in Case(schema, RandomMessage.damaged(schema, using: &generator)) }
        }
        var counts: [Substring: Int] = [:]
        for (item, verdict) in try verdicts(cases) {
            counts[verdict, default: 0] += 1
            guard verdict == "stricter" else {
                #expect(verdict == "same", "\(item.line)")
                continue
            }
            guard case .failure(let error) = item.outcome else { continue }
            let isKnown =
                Self.strict.contains(error.violation?.description ?? "") || Self.holdsNumberOver64Bits(item.bytes)
            #expect(isKnown, "\(error.message) \(item.line)")
        }
        // Otherwise the damage would be too little or too much to say anything.
        #expect(counts["same", default: 0] > cases.count / 4)
    }

    @Test("Typed values mean the same", .timeLimit(.minutes(5)))
    func typed() throws {
        var generator = FastRandomNumberGenerator(seed: 9)
        try typed(AgentMessage.self, using: &generator)
        try typed(CreateAgentRequest.self, using: &generator)
        try typed(UpdateAgentRequest.self, using: &generator)
        try typed(DeleteAgentRequest.self, using: &generator)
        try typed(UndeleteAgentRequest.self, using: &generator)
        try typed(BatchGetAgentsRequest.self, using: &generator)
        try typed(ListAgentsRequest.self, using: &generator)
        try typed(ListPublicAgentsRequest.self, using: &generator)
        try typed(TenantMessage.self, using: &generator)
        try typed(CreateTenantRequest.self, using: &generator)
        try typed(UserMessage.self, using: &generator)
        try typed(CreateUserRequest.self, using: &generator)
        try typed(TokenMessage.self, using: &generator)
        try typed(IssueTokenRequest.self, using: &generator)
        try typed(IssueTokenResponse.self, using: &generator)
        try typed(WhoAmIResponse.self, using: &generator)
        try typed(HealthCheckRequest.self, using: &generator)
        try typed(ServerReflectionRequest<StableReflection>.self, using: &generator)
        try typed(ServerReflectionRequest<AlphaReflection>.self, using: &generator)
    }

    @Test("Typed values of management mean the same", .timeLimit(.minutes(5)))
    func typedManagement() throws {
        var generator = FastRandomNumberGenerator(seed: 10)
        try typed(GetTenantRequest.self, using: &generator)
        try typed(ListTenantsRequest.self, using: &generator)
        try typed(UpdateTenantRequest.self, using: &generator)
        try typed(DeleteTenantRequest.self, using: &generator)
        try typed(UndeleteTenantRequest.self, using: &generator)
        try typed(ResolveTenantRequest.self, using: &generator)
        try typed(UpdateCurrentTenantRequest.self, using: &generator)
        try typed(GetTenantStatsRequest.self, using: &generator)
        try typed(TenantSettingsMessage.self, using: &generator)
        try typed(UpdateTenantSettingsRequest.self, using: &generator)
        try typed(GetUserRequest.self, using: &generator)
        try typed(ListUsersRequest.self, using: &generator)
        try typed(UpdateUserRequest.self, using: &generator)
        try typed(DeleteUserRequest.self, using: &generator)
        try typed(ListTokensRequest.self, using: &generator)
        try typed(RevokeTokenRequest.self, using: &generator)
        try typed(AuditEventMessage.self, using: &generator)
        try typed(ListAuditEventsRequest.self, using: &generator)
    }

    /// Reads messages as Swift values and writes these again.
    private func typed<M: Message>(
        _ type: M.Type, using generator: inout FastRandomNumberGenerator,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let cases = try (0..<100).map { _ in
            let bytes = RandomMessage.valid(M.schema, using: &generator)
            return Case(M.schema, bytes, .success(try M(decoding: bytes).encoded()))
        }
        for (item, verdict) in try verdicts(cases) {
            #expect(verdict == "same", "\(item.line)", sourceLocation: sourceLocation)
        }
    }
}
