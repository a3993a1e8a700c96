internal import AgentdClient
internal import AgentdCore
internal import FoundationEssentials
internal import Messages
internal import Testing

@Suite("AgentdClient: tenants, users, keys and the audit trail", .timeLimit(.minutes(1)))
struct ManagementTests {
    private static let tenantID = TenantID(UUIDValue(high: 1, low: 2))
    private static let time = Timestamp(microseconds: 1_700_000_000_123_456)

    /// Makes a call, answers it, and gives back what it asked and what became of the answer.
    private func exchange<Request: DecodableMessage, R: Sendable>(
        _ request: Request.Type, answer: some EncodableMessage,
        _ call: @escaping @Sendable (AgentdClient) async throws(AgentdError) -> R
    ) async throws -> (request: Request, result: R) {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let result = call(client)
        var conversation = try await Conversation.open(&connections)
        let asked = try await conversation.request()
        try await conversation.connection.answer(asked.id, answer)
        let exchange = (try Request(decoding: asked.message), try await result)
        await client.close()
        return exchange
    }

    private static var tenant: Tenant {
        var tenant = Tenant(id: tenantID)
        tenant.slug = "acme"
        tenant.state = .suspended
        tenant.features = [.customAgents]
        tenant.limits.maxAgents = 10
        tenant.deleteTime = time
        tenant.revision = 3
        return tenant
    }

    @Test("A tenant that was read and changed is sent with its id, its etag and the fields that change")
    func updateTenant() async throws {
        let (_, read) = try await exchange(GetTenantRequest.self, answer: Self.tenant) {
            (client) throws(AgentdError) in try await client.getTenant(id: Self.tenantID.description)
        }
        #expect(read.id == Self.tenantID.description)
        #expect(read.state == .suspended)
        #expect(read.limits.maxAgents == 10)
        #expect(read.deleteTime != nil)
        #expect(read.etag == "r3")

        var wanted = read
        wanted.state = .active
        wanted.limits.maxUsers = 5
        let changed = wanted
        let (request, _) = try await exchange(UpdateTenantRequest.self, answer: Self.tenant) {
            (client) throws(AgentdError) in
            try await client.updateTenant(changed, fields: [.state, .maxUsers, .domain])
        }
        #expect(request.tenant?.id == Self.tenantID.description)
        #expect(request.tenant?.etag == "r3")
        #expect(request.tenant?.state == 1)
        #expect(request.tenant?.limits?.maxUsers == 5)
        #expect(request.updateMask == ["state", "limits.max_users", "domain"])
    }

    @Test(
        "A tenant is found by its id, slug or domain",
        arguments: [
            (AgentdClient.TenantKey.id("a"), ResolveTenantRequest.Key.id("a")), (.slug("b"), .slug("b")),
            (.domain("c"), .domain("c")),
        ])
    func resolveTenant(key: AgentdClient.TenantKey, expected: ResolveTenantRequest.Key) async throws {
        let (request, tenant) = try await exchange(ResolveTenantRequest.self, answer: Self.tenant) {
            (client) throws(AgentdError) in try await client.resolveTenant(key)
        }
        #expect(request.key == expected)
        #expect(tenant.slug == "acme")
    }

    @Test("A user is deactivated by a field that is named, with its id and etag")
    func updateUser() async throws {
        var user = User(tenantID: Self.tenantID)
        user.id = 5
        user.email = "ann@acme.example"
        user.role = .tenantAdministrator
        user.revision = 9
        let (_, read) = try await exchange(GetUserRequest.self, answer: user) {
            (client) throws(AgentdError) in try await client.getUser(id: 5)
        }
        #expect(read.role == .tenantAdministrator)
        #expect(read.isActive)
        var wanted = read
        wanted.isActive = false
        let changed = wanted
        let (request, _) = try await exchange(UpdateUserRequest.self, answer: user) {
            (client) throws(AgentdError) in try await client.updateUser(changed, fields: [.isActive])
        }
        #expect(request.user?.id == 5)
        #expect(request.user?.isActive == false)
        #expect(request.user?.etag == "r9")
        #expect(request.updateMask == ["is_active"])
    }

    @Test("Lists ask with what they were given and answer a page")
    func lists() async throws {
        let query = AgentdClient.ListQuery(filter: "slug = acme*", pageSize: 7)
        let (tenants, tenantPage) = try await exchange(
            ListTenantsRequest.self, answer: ListTenantsAnswer(tenants: [Self.tenant], nextPageToken: "next")
        ) { (client) throws(AgentdError) in
            try await client.listTenants(query, showDeleted: true, pageToken: "token")
        }
        #expect(tenants.filter == "slug = acme*")
        #expect(tenants.pageSize == 7)
        #expect(tenants.pageToken == "token")
        #expect(tenants.showDeleted)
        #expect(tenantPage.resources.map(\.slug) == ["acme"])
        #expect(tenantPage.nextPageToken == "next")

        var token = Token(tenantID: Self.tenantID)
        token.id = "0123456789abcdef01234567"
        token.revokeTime = Self.time
        let answer = ListTokensAnswer(tokens: [token], nextPageToken: "")
        let (tokens, tokenPage) = try await exchange(ListTokensRequest.self, answer: answer) {
            (client) throws(AgentdError) in try await client.listTokens(.init(filter: "user_id = 5"), showRevoked: true)
        }
        #expect(tokens.filter == "user_id = 5")
        #expect(tokens.showRevoked)
        #expect(tokenPage.resources.map(\.id) == ["0123456789abcdef01234567"])
        #expect(tokenPage.resources.first?.revokeTime != nil)
    }

    @Test("A list of users of several pages is one sequence that ends with what went wrong")
    func userPages() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        let collected = Task {
            var ids: [Int64] = []
            do throws(AgentdError) {
                for try await user in client.allUsers(.init(filter: "role = MEMBER"), showDeleted: true) {
                    ids.append(user.id)
                }
            } catch {
                return (ids, error.reason)
            }
            return (ids, "")
        }
        var conversation = try await Conversation.open(&connections)
        let first = try await conversation.request()
        #expect(try ListUsersRequest(decoding: first.message).showDeleted)
        let users = [Int64(1), 2].map { id in
            var user = User(tenantID: Self.tenantID)
            user.id = id
            return user
        }
        try await conversation.connection.answer(first.id, ListUsersAnswer(users: users, nextPageToken: "a"))
        let second = try await conversation.request()
        let request = try ListUsersRequest(decoding: second.message)
        #expect(request.pageToken == "a")
        #expect(request.filter == "role = MEMBER")
        try await conversation.connection.refuse(second.id, ServiceError(.pageTokenInvalid, "No."))
        let (ids, reason) = await collected.value
        #expect(ids == [1, 2])
        #expect(reason == "PAGE_TOKEN_INVALID")
        await client.close()
    }

    @Test("Settings come with what they mean, and are sent by key and value")
    func settings() async throws {
        var settings = TenantSettings()
        settings.maxPromptBytes = 10
        let answer = TenantSettingsAnswer(settings: settings, revision: 4)
        let (request, changed) = try await exchange(UpdateTenantSettingsRequest.self, answer: answer) {
            (client) throws(AgentdError) in
            try await client.updateTenantSettings(
                [.init(key: "max_prompt_bytes", value: "10"), .init(key: "default_page_size", value: "")], etag: "r3")
        }
        #expect(request.settings.map(\.key) == ["max_prompt_bytes", "default_page_size"])
        #expect(request.settings.map(\.value) == ["10", ""])
        #expect(request.etag == "r3")
        #expect(changed.settings.map(\.key) == TenantSetting.all.map(\.key))
        #expect(changed["max_prompt_bytes"] == "10")
        #expect(changed["no_such_setting"] == nil)
        #expect(changed.etag == "r4")
        let setting = try #require(changed.settings.first { $0.key == "max_prompt_bytes" })
        #expect(setting.defaultValue == "262144")
        #expect(setting.expected == "a whole number from 1 to 262144")
        #expect(!setting.description.isEmpty)
    }

    @Test("Statistics are read as they were counted")
    func stats() async throws {
        var counted = TenantStats(tenantID: Self.tenantID)
        counted.readTime = Self.time
        counted.agents.draft = 1
        counted.agents.deleted = 2
        counted.users.administrators = 3
        counted.tokens.valid = 4
        counted.storageBytes = 5
        counted.lastHour.calls = 2
        counted.lastHour.errors = 1
        counted.lastHour.latencyMicroseconds = 3_000
        var breakdowns = TenantStats.Breakdowns()
        breakdowns.byOwner = [.init(key: "42", agents: 6, storageBytes: 7)]
        breakdowns.byDay = [.init(date: "2026-01-31", created: 8, deleted: 9)]
        counted.breakdowns = breakdowns
        let (request, stats) = try await exchange(GetTenantStatsRequest.self, answer: counted) {
            (client) throws(AgentdError) in try await client.getTenantStats(view: .full)
        }
        #expect(request.view == 2)
        #expect(stats.tenantID == Self.tenantID.description)
        #expect(stats.readTime == Date(timeIntervalSince1970: 1_700_000_000.123_456))
        #expect(stats.agents.total == 1)
        #expect(stats.agents.deleted == 2)
        #expect(stats.users.administrators == 3)
        #expect(stats.tokens.valid == 4)
        #expect(stats.storageBytes == 5)
        #expect(stats.lastHour.errors == 1)
        #expect(stats.lastHour.meanLatency == .microseconds(1_500))
        #expect(stats.lastDay.meanLatency == nil)
        #expect(stats.byType.isEmpty)
        #expect(stats.byOwner.map(\.key) == ["42"])
        #expect(stats.byOwner.map(\.agents) == [6])
        #expect(stats.byDay.map(\.date) == ["2026-01-31"])
        #expect(stats.byDay.map(\.deleted) == [9])
    }

    @Test("Audit events say who did what, and whether it was refused")
    func auditEvents() async throws {
        var event = AuditEvent(tenantID: Self.tenantID, actorTenantID: Self.tenantID)
        event.id = 7
        event.actorUserID = 5
        event.action = "UserService.DeleteUser"
        event.outcome = .refused
        event.changes = "{}"
        event.createTime = Self.time
        let answer = ListAuditEventsAnswer(auditEvents: [event], nextPageToken: "")
        let (request, page) = try await exchange(ListAuditEventsRequest.self, answer: answer) {
            (client) throws(AgentdError) in try await client.listAuditEvents(.init(filter: "outcome = REFUSED"))
        }
        #expect(request.filter == "outcome = REFUSED")
        let read = try #require(page.resources.first)
        #expect(read.id == 7)
        #expect(read.actorUserID == 5)
        #expect(read.action == "UserService.DeleteUser")
        #expect(read.outcome == .refused)
        #expect(read.changes == "{}")
        #expect(read.createTime != nil)
    }

    @Test("An agent is asked to be private or public when the caller says so")
    func visibility() async throws {
        let agent = AgentdClient.Agent(name: "a", type: .research)
        let (silent, _) = try await exchange(CreateAgentRequest.self, answer: AgentMessage()) {
            (client) throws(AgentdError) in try await client.createAgent(agent)
        }
        #expect(silent.visibility == 0)
        let (said, _) = try await exchange(CreateAgentRequest.self, answer: AgentMessage()) {
            (client) throws(AgentdError) in try await client.createAgent(agent, visibility: .private)
        }
        #expect(said.visibility == AgentVisibility.private.rawValue)
    }

    @Test("An error says which limit was reached")
    func limits() async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in
            try await client.createUser(.init(email: "ann@acme.example"))
        }
        var conversation = try await Conversation.open(&connections)
        let request = try await conversation.request()
        let details: [ErrorDetail] = [.quota(subject: "max_users", description: "users"), .retry(afterMilliseconds: 1)]
        try await conversation.connection.refuse(
            request.id, ServiceError(.userQuota, "The tenant has as many users as it may.", details: details))
        let failure = try await thrown
        #expect(failure.code == .resourceExhausted)
        #expect(failure.reason == "QUOTA_USERS")
        #expect(failure.limits == ["max_users"])
        await client.close()
        #expect(await conversation.end().isEmpty)
    }
}
