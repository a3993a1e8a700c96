internal import AgentdClient
internal import AgentdCore
internal import FoundationEssentials
internal import Messages
internal import Testing

/// A call of one method of the client.
struct MethodCall: CustomTestStringConvertible {
    /// Such as `UserService/GetUser`.
    let testDescription: String
    /// Reads the request id of a change; nil for a method that only reads.
    let requestID: (@Sendable ([UInt8]) throws -> String)?
    let run: @Sendable (AgentdClient) async throws(AgentdError) -> Void

    var path: String { "/agentd.v1.\(testDescription)" }

    /// A method that only reads.
    fileprivate static func read(
        _ name: String, _ run: @escaping @Sendable (AgentdClient) async throws(AgentdError) -> Void
    ) -> MethodCall {
        MethodCall(testDescription: name, requestID: nil, run: run)
    }

    fileprivate static func change<Request: DecodableMessage>(
        _ name: String, _ requestID: @escaping @Sendable (Request) -> String,
        _ run: @escaping @Sendable (AgentdClient) async throws(AgentdError) -> Void
    ) -> MethodCall {
        MethodCall(testDescription: name, requestID: { requestID(try Request(decoding: $0)) }, run: run)
    }
}

extension MethodCall {
    private static let agents: [MethodCall] = [
        change("AgentService/CreateAgent", { (request: CreateAgentRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.createAgent(.init(name: "a", type: .research))
        },
        read("AgentService/GetAgent") { (client) throws(AgentdError) in _ = try await client.getAgent(id: 1) },
        read("AgentService/BatchGetAgents") { (client) throws(AgentdError) in
            _ = try await client.batchGetAgents(ids: [1])
        },
        read("AgentService/ListAgents") { (client) throws(AgentdError) in _ = try await client.listAgents() },
        read("AgentService/ListPublicAgents") { (client) throws(AgentdError) in
            _ = try await client.listPublicAgents()
        },
        change("AgentService/UpdateAgent", { (request: UpdateAgentRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.updateAgent(.init(name: "a"))
        },
        change("AgentService/DeleteAgent", { (request: DeleteAgentRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.deleteAgent(id: 1)
        },
        change("AgentService/UndeleteAgent", { (request: UndeleteAgentRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.undeleteAgent(id: 1)
        },
    ]

    private static let tenants: [MethodCall] = [
        change("TenantService/CreateTenant", { (request: CreateTenantRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.createTenant(.init(slug: "acme"))
        },
        read("TenantService/GetTenant") { (client) throws(AgentdError) in _ = try await client.getTenant(id: "t") },
        read("TenantService/ListTenants") { (client) throws(AgentdError) in _ = try await client.listTenants() },
        change("TenantService/UpdateTenant", { (request: UpdateTenantRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.updateTenant(.init(slug: "acme"), fields: [.slug])
        },
        change("TenantService/DeleteTenant", { (request: DeleteTenantRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.deleteTenant(id: "t")
        },
        change("TenantService/UndeleteTenant", { (request: UndeleteTenantRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.undeleteTenant(id: "t")
        },
        read("TenantService/ResolveTenant") { (client) throws(AgentdError) in
            _ = try await client.resolveTenant(.slug("acme"))
        },
        read("TenantService/GetCurrentTenant") { (client) throws(AgentdError) in
            _ = try await client.getCurrentTenant()
        },
        change("TenantService/UpdateCurrentTenant", { (request: UpdateCurrentTenantRequest) in request.requestID }) {
            (client) throws(AgentdError) in
            _ = try await client.updateCurrentTenant(.init(slug: "acme"), fields: [.domain])
        },
        read("TenantService/GetTenantStats") { (client) throws(AgentdError) in _ = try await client.getTenantStats() },
        read("TenantService/GetTenantSettings") { (client) throws(AgentdError) in
            _ = try await client.getTenantSettings()
        },
        change("TenantService/UpdateTenantSettings", { (request: UpdateTenantSettingsRequest) in request.requestID }) {
            (client) throws(AgentdError) in
            _ = try await client.updateTenantSettings([.init(key: "default_page_size", value: "7")])
        },
    ]

    private static let users: [MethodCall] = [
        change("UserService/CreateUser", { (request: CreateUserRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.createUser(.init(email: "ann@acme.example"))
        },
        read("UserService/GetUser") { (client) throws(AgentdError) in _ = try await client.getUser(id: 1) },
        read("UserService/ListUsers") { (client) throws(AgentdError) in _ = try await client.listUsers() },
        change("UserService/UpdateUser", { (request: UpdateUserRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.updateUser(.init(email: ""), fields: [.role])
        },
        change("UserService/DeleteUser", { (request: DeleteUserRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.deleteUser(id: 1)
        },
        read("UserService/WhoAmI") { (client) throws(AgentdError) in _ = try await client.whoAmI() },
    ]

    private static let others: [MethodCall] = [
        change("TokenService/IssueToken", { (request: IssueTokenRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.issueToken()
        },
        read("TokenService/ListTokens") { (client) throws(AgentdError) in _ = try await client.listTokens() },
        change("TokenService/RevokeToken", { (request: RevokeTokenRequest) in request.requestID }) {
            (client) throws(AgentdError) in _ = try await client.revokeToken(id: "k")
        },
        read("AuditService/ListAuditEvents") { (client) throws(AgentdError) in
            _ = try await client.listAuditEvents()
        },
    ]

    static let all = agents + tenants + users + others
}

@Suite("AgentdClient: methods", .timeLimit(.minutes(1)))
struct MethodTests {
    @Test("The client has every method of the product's own schema files")
    func complete() {
        let paths = MethodSchema.all.map(\.path).filter { $0.hasPrefix("/agentd.") }
        #expect(Set(MethodCall.all.map(\.path)) == Set(paths))
    }

    @Test("Each calls its method and is tried again when its connection is lost", arguments: MethodCall.all)
    func repeated(method: MethodCall) async throws {
        let server = try await FrameServer.start()
        var connections = server.connections()
        let client = AgentdClient.of(server)
        async let thrown = failure { () throws(AgentdError) in try await method.run(client) }
        var first = try await Conversation.open(&connections)
        let lost = try await first.request()
        #expect(lost.method == method.path)
        try await first.connection.close()
        var second = try await Conversation.open(&connections)
        let again = try await second.request()
        #expect(again.method == method.path)
        #expect(again.message == lost.message)
        if let requestID = method.requestID { #expect(UUIDValue(try requestID(lost.message)) != nil) }
        try await second.connection.refuse(again.id, ServiceError(.roleRequired, "No."))
        let failure = try await thrown
        #expect(failure.reason == "ROLE_REQUIRED")
        await client.close()
    }

    @Test("An update that names no field is refused before anything is sent")
    func emptyMask() async throws {
        let client = AgentdClient.of(port: 1)
        let failures = [
            try await failure { () throws(AgentdError) in
                try await client.updateTenant(.init(slug: "acme"), fields: [])
            },
            try await failure { () throws(AgentdError) in
                try await client.updateCurrentTenant(.init(slug: "acme"), fields: [])
            },
            try await failure { () throws(AgentdError) in try await client.updateUser(.init(email: ""), fields: []) },
        ]
        for failure in failures {
            #expect(failure.code == .invalidArgument)
            #expect(failure.violations.map(\.field) == ["update_mask"])
        }
    }

    @Test("A text with a NUL is refused by the path of its field before anything is sent")
    func nul() async throws {
        let client = AgentdClient.of(port: 1)
        let settings = [
            AgentdClient.TenantSetting(key: "a", value: "1"), AgentdClient.TenantSetting(key: "b\0", value: "2\0"),
        ]
        let wrongSettings = try await failure { () throws(AgentdError) in
            try await client.updateTenantSettings(settings, etag: "\0")
        }
        #expect(wrongSettings.violations.map(\.field) == ["settings[1].key", "settings[1].value", "etag"])
        let wrongKey = try await failure { () throws(AgentdError) in try await client.resolveTenant(.domain("a\0")) }
        #expect(wrongKey.violations.map(\.field) == ["domain"])
        let wrongList = try await failure { () throws(AgentdError) in
            try await client.listAuditEvents(.init(filter: "\0"), pageToken: "\0")
        }
        #expect(wrongList.violations.map(\.field) == ["page_token", "filter"])
    }
}
