internal import AgentdCore
internal import Messages
internal import TestSupport

/// The callers of `proto/ACCESS.md`, and objects for them to name.
struct AccessCallers: Sendable {
    private let world: World
    private let member: World.Person
    private let administrator: World.Person
    private let stranger: World.Person
    private let expired: World.Person
    private let revoked: World.Person
    private let suspended: World.Person

    /// Of the administrator who sets everything up, in the first tenant.
    private let inAcme: [Header]

    init(_ world: World) async throws {
        self.world = world
        member = world.ada
        let inAcme = [Header("x-agentd-tenant", world.ada.tenantID)]
        self.inAcme = inAcme
        let (acme, globex) = (world.ada.tenantID, world.carol.tenantID)
        (administrator, stranger, expired, revoked, suspended) = try await world.speakAsSystemAdministrator { root in
            let closed = try await root.createTenant("closed", features: [])
            let people = (
                try await root.createPerson("tia@acme.example", in: acme, role: .tenantAdministrator),
                try await root.createPerson("gus@globex.example", in: globex, role: .tenantAdministrator),
                try await root.createPerson("eve@acme.example", in: acme, role: .tenantAdministrator),
                try await root.createPerson("rex@acme.example", in: acme, role: .tenantAdministrator),
                try await root.createPerson("sam@closed.example", in: closed, role: .tenantAdministrator)
            )
            var tenant = TenantMessage()
            tenant.id = closed
            tenant.state = TenantState.suspended.rawValue
            var suspend = UpdateTenantRequest()
            suspend.tenant = tenant
            suspend.updateMask = ["state"]
            _ = try await root.call("TenantService/UpdateTenant", suspend, as: TenantMessage.self)
            return people
        }
        // Nobody has used these keys yet, so that nobody remembers them.
        try world.database.execute(
            """
            UPDATE tokens SET expire_time = now() - interval '1 second' WHERE user_id = \(expired.id);
            UPDATE tokens SET revoke_time = now() WHERE user_id = \(revoked.id);
            """)
    }

    /// The headers of a caller; nil for one that nobody knows.
    func headers(of caller: String) -> [Header]? {
        switch caller {
        case "member": bearer(member.key)
        case "tenant admin": bearer(administrator.key)
        case "system admin": bearer(world.systemAdministrator) + [Header("x-agentd-tenant", "acme")]
        case "stranger": bearer(stranger.key)
        case "mismatch": bearer(stranger.key) + [Header("x-agentd-tenant", "acme")]
        case "no token": []
        case "expired": bearer(expired.key)
        case "revoked": bearer(revoked.key)
        case "suspended": bearer(suspended.key)
        default: nil
        }
    }

    private func bearer(_ key: String) -> [Header] { [Header("authorization", "Bearer \(key)")] }
}

// MARK: Objects

extension AccessCallers {
    /// An agent of the caller's own, or else a public one of the first tenant.
    func agent(for caller: String, isDeleted: Bool = false) async throws -> Int64 {
        let owner = caller == "tenant admin" ? administrator : member
        return try await world.speak(as: owner) { owner in
            let agent = try await owner.createAgent("agent", isPublic: true)
            if isDeleted, ["member", "tenant admin"].contains(caller) {
                _ = try await owner.call(
                    "AgentService/DeleteAgent", DeleteAgentRequest(id: agent.id), as: AgentMessage.self)
            }
            return agent.id
        }
    }

    /// Another member of the first tenant.
    func colleague() async throws -> World.Person {
        try await world.speakAsSystemAdministrator { root in
            try await root.createPerson("new\(UInt64.random(in: 0 ... .max))@acme.example", in: member.tenantID)
        }
    }

    /// A tenant that is nobody's.
    func tenant(isDeleted: Bool = false) async throws -> String {
        try await world.speakAsSystemAdministrator { root in
            let id = try await root.createTenant("spare-\(UInt64.random(in: 0 ... .max))", features: [])
            if isDeleted {
                _ = try await root.call(
                    "TenantService/DeleteTenant", DeleteTenantRequest(id: id), as: TenantMessage.self)
            }
            return id
        }
    }
}
