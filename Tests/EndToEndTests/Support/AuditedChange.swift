import Testing

internal import AgentdCore
internal import Messages

/// One change that the API makes, for the tests of the audit trail.
struct AuditedChange: Sendable, CustomTestStringConvertible {
    enum Actor: Sendable {
        case member, administrator, systemAdministrator
    }

    /// Those that make the changes; the first two are of one tenant.
    struct Actors: Sendable {
        let member: Caller
        let administrator: Caller
        let systemAdministrator: Caller

        func caller(_ actor: Actor) -> Caller {
            switch actor {
            case .member: member
            case .administrator: administrator
            case .systemAdministrator: systemAdministrator
            }
        }
    }

    /// Makes the change, with these headers, and answers the id of what it changed.
    typealias Send = @Sendable (Caller, [Header]) async throws -> String

    /// As the trail names it.
    let action: String
    let objectType: String
    let actor: Actor
    /// The fields that the trail says were changed.
    let fields: Set<String>
    /// Whether the trail says what they were before.
    let hasBefore: Bool
    /// Makes what will be changed.
    let prepare: @Sendable (Actors) async throws -> Send

    var testDescription: String { action }

    private init(
        _ action: String, of objectType: String, by actor: Actor, fields: Set<String>, hasBefore: Bool = true,
        prepare: @escaping @Sendable (Actors) async throws -> Send
    ) {
        self.action = action
        self.objectType = objectType
        self.actor = actor
        self.fields = fields
        self.hasBefore = hasBefore
        self.prepare = prepare
    }

    /// Every change that there is: a test holds this to the schema files.
    static let all = agents + tenants + tenantsOfTheirOwn + users + tokens

    private static func newID() -> String { UUIDValue.random().description }
    private static func newName() -> String { "n\(UInt64.random(in: 0 ... .max))" }

    private static func send<Answer: DecodableMessage & Sendable>(
        _ method: String, _ request: some EncodableMessage & Sendable,
        id: @escaping @Sendable (Answer) -> String
    ) -> Send {
        { caller, headers in id(try await caller.call(method, request, headers: headers)) }
    }
}

// MARK: Agents

extension AuditedChange {
    private static let agents = [
        AuditedChange(
            "AgentService.CreateAgent", of: "agent", by: .member,
            fields: ["name", "agent_type", "status", "is_public"], hasBefore: false
        ) { _ in
            var request = CreateAgentRequest()
            var agent = AgentMessage()
            agent.name = "after"
            agent.agentType = AgentType.research.rawValue
            request.agent = agent
            request.requestID = newID()
            return send("AgentService/CreateAgent", request) { (agent: AgentMessage) in "\(agent.id)" }
        },
        AuditedChange(
            "AgentService.UpdateAgent", of: "agent", by: .member, fields: ["name", "system_prompt"]
        ) { actors in
            var request = UpdateAgentRequest()
            var agent = AgentMessage()
            agent.id = try await actors.member.createAgent("before").id
            agent.name = "after"
            agent.systemPrompt = "Be brief."
            request.agent = agent
            request.requestID = newID()
            return send("AgentService/UpdateAgent", request) { (agent: AgentMessage) in "\(agent.id)" }
        },
        AuditedChange(
            "AgentService.DeleteAgent", of: "agent", by: .member, fields: ["is_active", "delete_time"]
        ) { actors in
            var request = DeleteAgentRequest(id: try await actors.member.createAgent("before").id)
            request.requestID = newID()
            return send("AgentService/DeleteAgent", request) { (agent: AgentMessage) in "\(agent.id)" }
        },
        AuditedChange(
            "AgentService.UndeleteAgent", of: "agent", by: .member, fields: ["is_active", "delete_time"]
        ) { actors in
            let agent = try await actors.member.createAgent("before")
            _ = try await actors.member.call(
                "AgentService/DeleteAgent", DeleteAgentRequest(id: agent.id), as: AgentMessage.self)
            var request = UndeleteAgentRequest(id: agent.id)
            request.requestID = newID()
            return send("AgentService/UndeleteAgent", request) { (agent: AgentMessage) in "\(agent.id)" }
        },
    ]
}

// MARK: Tenants

extension AuditedChange {
    private static let tenants = [
        AuditedChange(
            "TenantService.CreateTenant", of: "tenant", by: .systemAdministrator,
            fields: [
                "id", "slug", "display_name", "domain", "state", "features", "max_agents", "max_users", "max_tokens",
                "requests_per_second", "max_in_flight", "create_time", "settings",
            ]
        ) { _ in
            var request = CreateTenantRequest()
            var tenant = TenantMessage()
            tenant.slug = newName()
            tenant.domain = "\(tenant.slug).example"
            request.tenant = tenant
            request.requestID = newID()
            return send("TenantService/CreateTenant", request) { (tenant: TenantMessage) in tenant.id }
        },
        AuditedChange(
            "TenantService.UpdateTenant", of: "tenant", by: .systemAdministrator, fields: ["display_name", "state"]
        ) { actors in
            var request = UpdateTenantRequest()
            var tenant = TenantMessage()
            tenant.id = try await actors.systemAdministrator.createTenant(newName(), features: [])
            tenant.displayName = "after"
            tenant.state = TenantState.suspended.rawValue
            request.tenant = tenant
            request.updateMask = ["display_name", "state"]
            request.requestID = newID()
            return send("TenantService/UpdateTenant", request) { (tenant: TenantMessage) in tenant.id }
        },
        AuditedChange(
            "TenantService.DeleteTenant", of: "tenant", by: .systemAdministrator, fields: ["state", "delete_time"]
        ) { actors in
            let id = try await actors.systemAdministrator.createTenant(newName(), features: [])
            var request = DeleteTenantRequest(id: id)
            request.requestID = newID()
            return send("TenantService/DeleteTenant", request) { (tenant: TenantMessage) in tenant.id }
        },
        AuditedChange(
            "TenantService.UndeleteTenant", of: "tenant", by: .systemAdministrator, fields: ["state", "delete_time"]
        ) { actors in
            let id = try await actors.systemAdministrator.createTenant(newName(), features: [])
            _ = try await actors.systemAdministrator.deleteTenant(id)
            var request = UndeleteTenantRequest(id: id)
            request.requestID = newID()
            return send("TenantService/UndeleteTenant", request) { (tenant: TenantMessage) in tenant.id }
        },
    ]

    private static let tenantsOfTheirOwn = [
        AuditedChange(
            "TenantService.UpdateCurrentTenant", of: "tenant", by: .administrator, fields: ["display_name"]
        ) { _ in
            var request = UpdateCurrentTenantRequest()
            var tenant = TenantMessage()
            tenant.displayName = newName()
            request.tenant = tenant
            request.requestID = newID()
            return send("TenantService/UpdateCurrentTenant", request) { (tenant: TenantMessage) in tenant.id }
        },
        AuditedChange(
            "TenantService.UpdateTenantSettings", of: "tenant", by: .administrator, fields: ["settings"]
        ) { actors in
            let id = try await actors.administrator.currentTenant().id
            var request = UpdateTenantSettingsRequest()
            request.settings = [.init(key: "audit_retention_days", value: "\(Int.random(in: 30...364))")]
            request.requestID = newID()
            return send("TenantService/UpdateTenantSettings", request) { (_: TenantSettingsMessage) in id }
        },
    ]
}

// MARK: Users and keys

extension AuditedChange {
    private static let users = [
        AuditedChange(
            "UserService.CreateUser", of: "user", by: .administrator, fields: ["email", "role"], hasBefore: false
        ) { _ in
            var request = CreateUserRequest()
            var user = UserMessage()
            user.email = "\(newName())@acme.example"
            request.user = user
            request.requestID = newID()
            return send("UserService/CreateUser", request) { (user: UserMessage) in "\(user.id)" }
        },
        AuditedChange(
            "UserService.UpdateUser", of: "user", by: .administrator, fields: ["role", "display_name"]
        ) { actors in
            var request = UpdateUserRequest()
            var user = UserMessage()
            user.id = try await actors.administrator.createUser("\(newName())@acme.example").id
            user.role = Role.tenantAdministrator.rawValue
            user.displayName = "after"
            request.user = user
            request.requestID = newID()
            return send("UserService/UpdateUser", request) { (user: UserMessage) in "\(user.id)" }
        },
        AuditedChange(
            "UserService.DeleteUser", of: "user", by: .administrator,
            fields: ["is_active", "delete_time", "valid_tokens"]
        ) { actors in
            let id = try await actors.administrator.createUser("\(newName())@acme.example").id
            _ = try await actors.administrator.issueToken(for: id)
            var request = DeleteUserRequest(id: id)
            request.requestID = newID()
            return send("UserService/DeleteUser", request) { (user: UserMessage) in "\(user.id)" }
        },
    ]

    private static let tokens = [
        AuditedChange(
            "TokenService.IssueToken", of: "token", by: .member, fields: ["user_id", "display_name", "expire_time"],
            hasBefore: false
        ) { _ in
            var request = IssueTokenRequest()
            request.displayName = "after"
            request.requestID = newID()
            return send("TokenService/IssueToken", request) { (issued: IssueTokenResponse) in issued.token?.id ?? "" }
        },
        AuditedChange(
            "TokenService.RevokeToken", of: "token", by: .member, fields: ["revoke_time"]
        ) { actors in
            let issued = try await actors.member.issueToken()
            var request = RevokeTokenRequest(id: issued.token?.id ?? "")
            request.requestID = newID()
            return send("TokenService/RevokeToken", request) { (token: TokenMessage) in token.id }
        },
    ]
}
