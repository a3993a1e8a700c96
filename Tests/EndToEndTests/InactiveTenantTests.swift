import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What a system administrator sees of a tenant before it decides whether to resume or undelete it.
@Suite("A look into an inactive tenant", .bothDoors, .timeLimit(.minutes(3)))
struct InactiveTenantTests {
    private typealias Call = @Sendable (Caller, World) async throws -> Void

    private static let looks: [(name: String, call: Call)] = [
        (
            "GetCurrentTenant",
            { caller, world in
                let tenant = try await caller.currentTenant()
                #expect(tenant.id == world.ada.tenantID)
            }
        ),
        (
            "GetTenantStats",
            { caller, world in
                let stats = try await caller.stats()
                #expect(stats.tenantID == world.ada.tenantID && stats.users.total > 0)
            }
        ),
        (
            "GetTenantSettings",
            { caller, _ in
                let settings = try await caller.tenantSettings()
                #expect(!settings.settings.isEmpty)
            }
        ),
        (
            "GetUser",
            { caller, world in
                let user = try await caller.getUser(world.ada.id)
                #expect(user.id == world.ada.id)
            }
        ),
        (
            "ListUsers",
            { caller, world in
                let ids = try await caller.listUsers().users.map(\.id)
                #expect(ids.contains(world.ada.id) && !ids.contains(world.carol.id))
            }
        ),
        (
            "ListTokens",
            { caller, world in
                let users = try await caller.listTokens().tokens.map(\.userID)
                #expect(users.contains(world.ada.id) && !users.contains(world.carol.id))
            }
        ),
        (
            "ListAuditEvents",
            { caller, _ in
                let actions = try await caller.listAuditEvents().auditEvents.map(\.action)
                #expect(actions.contains("TenantService.CreateTenant"))
            }
        ),
    ]

    private static let others: [(name: String, call: Call)] = [
        ("WhoAmI", { caller, _ in _ = try await caller.user() }),
        ("CreateUser", { caller, _ in _ = try await caller.createUser("eve@acme.example") }),
        ("UpdateUser", { _ = try await $0.setActive(false, of: $1.bob.id) }),
        ("DeleteUser", { _ = try await $0.deleteUser($1.bob.id) }),
        ("IssueToken", { _ = try await $0.issueToken(for: $1.ada.id) }),
        ("RevokeToken", { _ = try await $0.revokeToken($1.ada.keyID) }),
        ("UpdateCurrentTenant", { caller, _ in _ = try await caller.updateCurrentTenant { $0.displayName = "x" } }),
        (
            "UpdateTenantSettings",
            { caller, _ in
                _ = try await caller.updateTenantSettings(["default_page_size": "7"])
            }
        ),
        ("ListAgents", { caller, _ in _ = try await caller.list(ListAgentsRequest()) }),
        ("GetAgent", { caller, _ in _ = try await caller.getAgent(1) }),
        ("ListTenants", { caller, _ in _ = try await caller.listTenants() }),
    ]

    @Test(
        "A system administrator who selects it sees what there is and changes nothing; its own people are refused",
        arguments: [(TenantState.suspended, "TENANT_SUSPENDED"), (.deleted, "TENANT_DELETED")])
    func look(state: TenantState, reason: String) async throws {
        try await World.with { world in
            let id = world.ada.tenantID
            let administrator = try await world.makeAdministrator()
            try await world.speakAsSystemAdministrator { root in
                // What is known of an active tenant must not linger.
                _ = try await root.currentTenant(headers: [Header("x-agentd-tenant", "acme")])
                _ = state == .deleted ? try await root.deleteTenant(id) : try await root.setState(state, of: id)
            }
            for selector in [id, "acme"] {
                try await world.speakAsSystemAdministrator(in: selector) { selecting in
                    for look in Self.looks { try await look.call(selecting, world) }
                    #expect(try await selecting.currentTenant().state == state.rawValue)
                    try await Self.expectRefused(Self.others, reason, selecting, world)
                }
            }
            try await world.speak(as: administrator) {
                try await Self.expectRefused(Self.looks + Self.others, reason, $0, world)
                for selector in [id, "acme"] {
                    await expectRefusal(.failedPrecondition, reason) { [caller = $0] in
                        try await caller.currentTenant(headers: [Header("x-agentd-tenant", selector)])
                    }
                }
            }
            // Who has no right to select learns nothing of the tenant's state.
            try await world.speak(as: world.carol) { carol in
                await expectRefusal(.permissionDenied, "TENANT_MISMATCH") {
                    try await carol.currentTenant(headers: [Header("x-agentd-tenant", id)])
                }
            }
        }
    }

    private static func expectRefused(
        _ calls: [(name: String, call: Call)], _ reason: String, _ caller: Caller, _ world: World
    ) async throws {
        for (name, call) in calls {
            do {
                try await call(caller, world)
                Issue.record("\(name) was not refused")
            } catch let refusal as Refusal {
                #expect(refusal.code == .failedPrecondition && refusal.reason == reason, "\(name): \(refusal)")
            }
        }
    }

    @Test("The slug of a deleted tenant selects it until another tenant has the slug")
    func freeSlug() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator { root in
                let headers = [Header("x-agentd-tenant", "acme")]
                _ = try await root.deleteTenant(world.ada.tenantID)
                #expect(try await root.currentTenant(headers: headers).id == world.ada.tenantID)
                let next = try await root.createTenant { $0.slug = "acme" }
                #expect(try await root.currentTenant(headers: headers).id == next.id)
            }
        }
    }

    @Test("A system administrator whose own tenant is suspended is refused everywhere")
    func ownTenant() async throws {
        try await World.with { world in
            try world.database.execute("UPDATE tenants SET state = 'suspended' WHERE slug = 'default'")
            for selector in [nil, "acme"] {
                try await world.speakAsSystemAdministrator(in: selector) { root in
                    try await waitUntil { try await Self.isRefused(root) }
                    try await Self.expectRefused(Self.looks, "TENANT_SUSPENDED", root, world)
                }
            }
        }
    }

    private static func isRefused(_ caller: Caller) async throws -> Bool {
        do {
            _ = try await caller.user()
            return false
        } catch is Refusal {
            return true
        }
    }
}
