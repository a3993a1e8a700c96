internal import AgentdCore
internal import Messages
internal import Testing

extension RoundTripTests {
    @Test("Requests of TenantService")
    func tenantRequests() throws {
        try same(GetTenantRequest(id: "01234567-89ab-cdef-8123-456789abcdef"))
        var list = ListTenantsRequest()
        try same(list)
        list.pageSize = 7
        list.pageToken = "t"
        list.filter = "state = SUSPENDED"
        list.showDeleted = true
        try same(list)

        try same(UpdateTenantRequest())
        try same(Sample.updateTenant)
        var deletion = DeleteTenantRequest(id: "a")
        deletion.etag = "r1"
        deletion.requestID = "id"
        try same(deletion)
        var undeletion = UndeleteTenantRequest(id: "b")
        undeletion.etag = "r2"
        undeletion.requestID = "id"
        try same(undeletion)

        var current = UpdateCurrentTenantRequest()
        current.updateMask = []
        try same(current)
        current.tenant = TenantMessage(Sample.tenant)
        current.updateMask = ["domain"]
        current.requestID = "id"
        try same(current)

        for view: Int32 in [0, 2, -1] {
            var request = GetTenantStatsRequest()
            request.view = view
            try same(request)
        }
        try same(GetTenantSettingsRequest())
        try same(UpdateTenantSettingsRequest())
        try same(Sample.updateSettings)
    }

    @Test(
        "What a tenant is found by keeps its kind, an empty text too",
        arguments: [nil, .id("a"), .slug("b"), .domain("c"), .id(""), .slug(""), .domain("")]
            as [ResolveTenantRequest.Key?])
    func tenantKeys(key: ResolveTenantRequest.Key?) throws {
        try same(ResolveTenantRequest(key: key))
        #expect(ResolveTenantRequest(key: key).encoded().isEmpty == (key == nil))
    }

    @Test("Requests of UserService, TokenService and AuditService")
    func userRequests() throws {
        try same(GetUserRequest(id: .max))
        var users = ListUsersRequest()
        users.pageSize = 7
        users.pageToken = "t"
        users.filter = "role = MEMBER"
        users.showDeleted = true
        try same(users)
        try same(UpdateUserRequest())
        var update = UpdateUserRequest()
        update.user = UserMessage(Sample.user)
        update.updateMask = ["is_active"]
        update.requestID = "id"
        try same(update)
        var deletion = DeleteUserRequest(id: 4)
        deletion.etag = "r1"
        deletion.requestID = "id"
        try same(deletion)

        var tokens = ListTokensRequest()
        tokens.pageSize = 7
        tokens.pageToken = "t"
        tokens.filter = "user_id = 5"
        tokens.showRevoked = true
        try same(tokens)
        var revocation = RevokeTokenRequest(id: Sample.token.id)
        revocation.requestID = "id"
        try same(revocation)

        var events = ListAuditEventsRequest()
        events.pageSize = 7
        events.pageToken = "t"
        events.filter = "outcome = REFUSED"
        try same(events)
    }

    @Test("Pages of tenants, users, tokens and audit events")
    func managementPages() throws {
        let tenants = try ListTenantsResponse(
            decoding: ListTenantsAnswer(tenants: [Sample.tenant, Sample.tenant], nextPageToken: "next").encoded())
        #expect(tenants.tenants == [TenantMessage(Sample.tenant), TenantMessage(Sample.tenant)])
        #expect(tenants.nextPageToken == "next")

        let users = try ListUsersResponse(
            decoding: ListUsersAnswer(users: [Sample.user], nextPageToken: "next").encoded())
        #expect(users.users == [UserMessage(Sample.user)])
        #expect(users.nextPageToken == "next")

        var revoked = Sample.token
        revoked.lastUseTime = Sample.earlyTime
        revoked.revokeTime = Sample.time
        let tokens = try ListTokensResponse(
            decoding: ListTokensAnswer(tokens: [Sample.token, revoked], nextPageToken: "").encoded())
        #expect(tokens.tokens == [TokenMessage(Sample.token), TokenMessage(revoked)])
        #expect(tokens.nextPageToken.isEmpty)
        #expect(try TokenMessage(decoding: revoked.encoded()) == TokenMessage(revoked))

        let events = try ListAuditEventsResponse(
            decoding: ListAuditEventsAnswer(auditEvents: [Sample.auditEvent, Sample.refusedEvent], nextPageToken: "x")
                .encoded())
        #expect(events.auditEvents == [AuditEventMessage(Sample.auditEvent), AuditEventMessage(Sample.refusedEvent)])
        #expect(events.nextPageToken == "x")
    }

    @Test("An audit event is written with all that it says")
    func auditEvents() throws {
        try same(AuditEventMessage())
        try same(AuditEventMessage(Sample.auditEvent))
        let event = AuditEventMessage(Sample.auditEvent)
        #expect(event.tenantID == "01234567-89ab-cdef-8123-456789abcdef")
        #expect(event.actorTenantID == "00000000-0000-0001-0000-000000000002")
        #expect(event.outcome == 1)
        #expect(event.createTime == Sample.time)
        #expect(AuditEventMessage(Sample.refusedEvent).outcome == 2)
        var unknown = AuditEventMessage()
        unknown.outcome = -1
        try same(unknown)
    }

    @Test("Settings are answered all of them, in their order, with their defaults and what they mean")
    func settings() throws {
        var settings = TenantSettings()
        settings.defaultPageSize = 7
        let answer = TenantSettingsAnswer(settings: settings, revision: 3)
        let message = try TenantSettingsMessage(decoding: answer.encoded())
        try same(message)
        #expect(message.etag == "r3")
        #expect(message.settings.map(\.key) == TenantSetting.all.map(\.key))
        #expect(message.settings.map(\.expected) == TenantSetting.all.map(\.expected))
        #expect(message.settings.map(\.description) == TenantSetting.all.map(\.description))
        #expect(message.settings.map(\.defaultValue) == TenantSetting.all.map { $0.text(TenantSettings()) })
        #expect(message.settings.filter { $0.value != $0.defaultValue }.map(\.key) == ["default_page_size"])
        #expect(message.settings.first { $0.key == "default_page_size" }?.value == "7")
    }

    @Test("Statistics are written with all that was counted; the breakdowns only when there are some")
    func stats() throws {
        let basic = try TenantStatsMessage(decoding: Sample.stats.encoded())
        #expect(basic.tenantID == "01234567-89ab-cdef-8123-456789abcdef")
        #expect(basic.readTime == Sample.time)
        #expect(basic.agentsTotal == 10)
        #expect(basic.agents == Sample.stats.agents)
        #expect(basic.users == Sample.stats.users)
        #expect(basic.tokens == Sample.stats.tokens)
        #expect(basic.storageBytes == 1 << 40)
        #expect(basic.byType.isEmpty && basic.byStatus.isEmpty && basic.byOwner.isEmpty && basic.byDay.isEmpty)

        let full = try TenantStatsMessage(decoding: Sample.fullStats.encoded())
        let breakdowns = try #require(Sample.fullStats.breakdowns)
        #expect(full.agents == basic.agents)
        #expect(full.byType == breakdowns.byType)
        #expect(full.byStatus == breakdowns.byStatus)
        #expect(full.byOwner == breakdowns.byOwner)
        #expect(full.byDay == breakdowns.byDay)
    }

    @Test(
        "The mean latency is that of one call, and absent without calls",
        arguments: [(0, 0, nil), (0, 5, nil), (1, 0, 0), (3, 4_500_006, 1_500_002), (1, 61_000_001, 61_000_001)]
            as [(Int64, Int64, Int64?)])
    func meanLatency(calls: Int64, latencyMicroseconds: Int64, mean: Int64?) throws {
        var stats = TenantStats(tenantID: Sample.tenantID)
        stats.lastHour.calls = calls
        stats.lastHour.errors = 1
        stats.lastHour.latencyMicroseconds = latencyMicroseconds
        let message = try TenantStatsMessage(decoding: stats.encoded())
        #expect(message.lastHour.calls == calls)
        #expect(message.lastHour.errors == 1)
        #expect(message.lastHour.meanLatencyMicroseconds == mean)
        #expect(message.lastDay.meanLatencyMicroseconds == nil)
    }

    @Test("A latency beyond all bounds is cut to what a Duration may be", arguments: [.min, -1, 0, .max] as [Int64])
    func latencyBounds(seconds: Int64) throws {
        let duration = Wire.field(1, varint: UInt64(bitPattern: seconds)) + Wire.field(2, varint: UInt64(1_000))
        let stats = try TenantStatsMessage(decoding: Wire.field(7, Wire.field(3, duration)))
        let expected: Int64 = seconds == .max ? 315_576_000_000_000_001 : 1
        #expect(stats.lastHour.meanLatencyMicroseconds == expected)
    }
}
