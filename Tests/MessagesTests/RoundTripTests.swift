internal import AgentdCore
internal import Messages
internal import Testing

@Suite("Messages that are written and read")
struct RoundTripTests {
    func same<M: Message & Equatable>(_ message: M, sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try M(decoding: message.encoded()) == message, sourceLocation: sourceLocation)
    }

    @Test("Requests of AgentService")
    func agentRequests() throws {
        try same(CreateAgentRequest())
        try same(Sample.createAgent)

        var publicAgent = Sample.createAgent
        publicAgent.visibility = AgentVisibility.public.rawValue
        try same(publicAgent)
        publicAgent.visibility = -1
        try same(publicAgent)

        try same(GetAgentRequest(id: .min))
        try same(BatchGetAgentsRequest(ids: []))
        try same(BatchGetAgentsRequest(ids: [1, -1, .max, .min, 0, 0]))
        try same(Sample.listAgents)
        try same(UpdateAgentRequest())
        try same(Sample.updateAgent)

        var emptyMask = UpdateAgentRequest()
        emptyMask.updateMask = []
        try same(emptyMask)

        var publicAgents = ListPublicAgentsRequest()
        publicAgents.pageSize = 7
        publicAgents.pageToken = "t"
        publicAgents.filter = "status = ACTIVE"
        publicAgents.orderBy = "id"
        try same(publicAgents)

        var deletion = DeleteAgentRequest(id: 4)
        deletion.etag = "r1"
        deletion.requestID = "id"
        try same(deletion)

        var undeletion = UndeleteAgentRequest(id: 5)
        undeletion.etag = "r2"
        undeletion.requestID = "id"
        try same(undeletion)
    }

    @Test("Requests of the other services")
    func otherRequests() throws {
        var tenant = CreateTenantRequest()
        tenant.tenant = TenantMessage(Sample.tenant)
        tenant.administrator = UserMessage(Sample.user)
        tenant.requestID = "id"
        try same(tenant)

        var user = CreateUserRequest()
        user.user = UserMessage(Sample.user)
        user.requestID = "id"
        try same(user)

        var token = IssueTokenRequest()
        token.userID = 5
        token.displayName = "laptop"
        token.expireTime = Sample.time
        token.requestID = "id"
        try same(token)

        try same(GetCurrentTenantRequest())
        try same(WhoAmIRequest())
        try same(HealthCheckRequest(service: "agentd.v1.AgentService"))
    }

    @Test("Resources and answers")
    func answers() throws {
        try same(AgentMessage())
        try same(TenantMessage())
        try same(TenantMessage(Sample.tenant))
        try same(UserMessage(Sample.user))
        try same(TokenMessage(Sample.token))
        try same(IssueTokenResponse(token: Sample.token, secret: "agd_x"))
        try same(WhoAmIResponse(user: Sample.user, tenant: Sample.tenant))
        try same(HealthCheckResponse(status: .notServing))
    }

    @Test("What the database gave is written as its message")
    func resources() throws {
        let agent = try AgentMessage(decoding: Sample.deletedAgent.encoded())
        #expect(agent.id == Sample.agent.id)
        #expect(agent.tenantID == "01234567-89ab-cdef-8123-456789abcdef")
        #expect(agent.ownerID == 42)
        #expect(agent.name == Sample.agent.name)
        #expect(agent.description == Sample.agent.description)
        #expect(agent.agentType == AgentType.codeAssistant.rawValue)
        #expect(agent.status == AgentStatus.active.rawValue)
        #expect(agent.systemPrompt == Sample.agent.systemPrompt)
        #expect(agent.config == Sample.agent.config)
        #expect(agent.isPublic)
        #expect(!agent.isActive)
        #expect(agent.createTime == Sample.earlyTime)
        #expect(agent.updateTime == Sample.time)
        #expect(agent.deleteTime == Sample.time)
        #expect(agent.etag == "r7")
        // The two ways to write an agent give the same bytes.
        #expect(agent.encoded() == Sample.deletedAgent.encoded())

        #expect(try TenantMessage(decoding: Sample.tenant.encoded()) == TenantMessage(Sample.tenant))
        #expect(try UserMessage(decoding: Sample.user.encoded()) == UserMessage(Sample.user))
    }

    @Test("Pages and batches")
    func pages() throws {
        let agents = [Sample.agent, Sample.deletedAgent]
        let expected = try agents.map { try AgentMessage(decoding: $0.encoded()) }
        let arena = Arena(capacity: 0)
        let views = agents.map { AgentView($0, arena: arena) }

        let list = try ListAgentsResponse(decoding: ListAgentsAnswer(agents: views, nextPageToken: "next").encoded())
        #expect(list.agents == expected)
        #expect(list.nextPageToken == "next")

        let publicAgents = try ListPublicAgentsResponse(
            decoding: ListPublicAgentsAnswer(agents: [], nextPageToken: "").encoded())
        #expect(publicAgents.agents.isEmpty)
        #expect(publicAgents.nextPageToken.isEmpty)

        let batch = try BatchGetAgentsResponse(
            decoding: BatchGetAgentsAnswer(agents: views, missingIDs: [3, .max, -1]).encoded())
        #expect(batch.agents == expected)
        #expect(batch.missingIDs == [3, .max, -1])
        withExtendedLifetime(arena) {}
    }

    @Test("A page of a thousand agents with fields that this version does not know")
    func newerAgents() throws {
        var page: [UInt8] = []
        for id in 1...1_000 {
            page += Wire.field(1, Wire.field(1, varint: UInt64(id)) + (101...120).flatMap { Wire.field($0, varint: 1) })
        }
        #expect(try ListAgentsResponse(decoding: page).agents.map(\.id) == Array(1...1_000))
    }

    @Test(
        "Times outside of the calendar are refused by their path",
        arguments: [(-62_135_596_801, 0), (253_402_300_800, 0), (0, -1), (0, 1_000_000_000)] as [(Int64, Int32)])
    func times(seconds: Int64, nanoseconds: Int32) {
        let time =
            Wire.field(1, varint: UInt64(bitPattern: seconds))
            + Wire.field(2, varint: UInt64(bitPattern: Int64(nanoseconds)))
        let expected = "is not a time between the years 1 and 9999"
        let token = #expect(throws: ServiceError.self) { try IssueTokenRequest(decoding: Wire.field(3, time)) }
        #expect(token?.violation == FieldViolation(field: "expire_time", description: expected))
        let agent = #expect(throws: ServiceError.self) {
            try CreateAgentRequest(decoding: Wire.field(1, Wire.field(12, time)))
        }
        #expect(agent?.violation == FieldViolation(field: "agent.create_time", description: expected))
    }
}
