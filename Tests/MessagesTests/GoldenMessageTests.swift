internal import AgentdCore
internal import Messages
internal import Testing

@Suite("Golden messages")
struct GoldenMessageTests {
    private func golden(_ name: String) throws -> [UInt8] { try #require(GoldenMessage.all[name]).bytes }

    /// Read as the value, and written as the same bytes.
    private func same<M: Message & Equatable>(
        _ name: String, _ message: M, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try M(decoding: golden(name)) == message, sourceLocation: sourceLocation)
        #expect(message.encoded() == (try golden(name)), sourceLocation: sourceLocation)
    }

    @Test("Messages of another runtime are read as what they are and written as the same bytes")
    func messages() throws {
        try same("createAgent", Sample.createAgent)
        try same("updateAgent", Sample.updateAgent)
        try same("listAgents", Sample.listAgents)
        try same("batchGetAgents", BatchGetAgentsRequest(ids: [1, -1, .max, .min, 0]))
        try same("tenant", TenantMessage(Sample.tenant))
        try same("user", UserMessage(Sample.user))
        try same("issueTokenResponse", IssueTokenResponse(token: Sample.token, secret: "agd_x"))
        try same("healthCheckResponse", HealthCheckResponse(status: .serving))
        #expect(try Sample.agent.encoded() == golden("agent"))
        try same("updateTenant", Sample.updateTenant)
        try same("resolveTenant", ResolveTenantRequest(key: .domain("")))
        try same("updateTenantSettings", Sample.updateSettings)
        #expect(try Sample.fullStats.encoded() == golden("tenantStats"))
        let events = ListAuditEventsAnswer(
            auditEvents: [Sample.auditEvent, Sample.refusedEvent], nextPageToken: "next")
        #expect(try events.encoded() == golden("listAuditEventsResponse"))
        let arena = Arena(capacity: 0)
        let agent = AgentView(Sample.agent, arena: arena)
        let page = ListAgentsAnswer(agents: [agent, agent], nextPageToken: "next")
        let encoded = withExtendedLifetime(arena) { page.encoded() }
        #expect(try encoded == golden("listAgentsResponse"))
    }

    @Test("Frames are written as the same bytes")
    func frames() throws {
        #expect(
            try OutboundClientFrame.hello(version: 1, headers: Sample.headers).encoded() == golden("hello"))
        let request = OutboundClientFrame.request(
            id: .max, method: "/agentd.v1.AgentService/GetAgent", headers: Sample.headers, timeoutMilliseconds: 1_500,
            message: GetAgentRequest(id: 7).encoded())
        #expect(try request.encoded() == golden("request"))
        #expect(try OutboundClientFrame.ping(token: 8).encoded() == golden("ping"))
        let welcome = OutboundServerFrame.welcome(version: 1, maximumMessageBytes: 1 << 20, maximumInFlight: 1_024)
        #expect(try welcome.encoded() == golden("welcome"))
        #expect(try OutboundServerFrame.goAway(lastID: 3, reason: "DRAINING").encoded() == golden("goAway"))

        let arena = Arena(capacity: 0)
        let message = EncodedMessage(HealthCheckResponse(status: .serving), arena: arena)
        let response = ResponseFrame.success(id: 7, requestID: "call-1", message: message, arena: arena)
        #expect(try response.bytes == golden("response"))
    }

    @Test("Each is read by its schema", arguments: GoldenMessage.all.keys.sorted())
    func schemas(name: String) throws {
        let golden = try #require(GoldenMessage.all[name])
        let schema = try #require(MessageSchema.everything.first { $0.name == golden.schema })
        #expect(try decode(golden.bytes, as: schema).get() == golden.bytes)
    }

    @Test(
        "They are what Python's protobuf writes today",
        // Skipped outside of scripts/test, which prepares a Python with protobuf and sets AGENTD_TEST_PYTHON.
        .enabled(if: Python.interpreter != nil, "AGENTD_TEST_PYTHON is not set: run scripts/test"))
    func python() throws {
        let printed = try Python.run("golden.py").map { line in
            let parts = line.split(separator: " ")
            return (String(parts[0]), GoldenMessage(String(parts[1]), String(parts[2])))
        }
        #expect(Dictionary(printed) { $1 } == GoldenMessage.all)
    }
}
