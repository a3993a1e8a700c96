import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What the administrators of a tenant may change of it themselves.
@Suite("A tenant changes itself", .bothDoors, .timeLimit(.minutes(2)), .sharedWorld())
struct TenantSelfServiceTests {
    private func withTeam(
        _ name: String, _ body: (TenantTeam, Caller, World) async throws -> Void
    ) async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make(name, by: $0) }
        try await world.speak(as: team.administrator) { try await body(team, $0, world) }
    }

    @Test("An administrator changes display name and domain, and clears them")
    func update() async throws {
        try await withTeam("self") { team, boss, world in
            let before = try await boss.currentTenant()
            let updated = try await boss.updateCurrentTenant {
                $0.displayName = "Ourselves"
                $0.domain = "\(team.slug.uppercased()).Example"
                $0.slug = "not-looked-at"
                $0.etag = before.etag
            }
            #expect(updated.displayName == "Ourselves" && updated.domain == "\(team.slug).example")
            #expect(updated.slug == team.slug && updated.etag == "r2")
            #expect(try await boss.currentTenant() == updated)
            let cleared = try await boss.updateCurrentTenant(mask: ["*"]) { _ in }
            #expect(cleared.displayName == team.slug && cleared.domain.isEmpty)

            let trail = try world.trail(of: team.id)
            #expect(trail.map(\.action).suffix(2) == Array(repeating: "TenantService.UpdateCurrentTenant", count: 2))
            #expect(trail.last?.changes.contains(#""before" : "Ourselves""#) == true)
        }
    }

    @Test("Slug, state, features and limits are not its own to change, and the request says so")
    func notItsOwn() async throws {
        try await withTeam("limits") { _, boss, _ in
            do {
                _ = try await boss.updateCurrentTenant(mask: ["slug", "display_name", "features", "limits.max_agents"])
                {
                    $0.features = Features.names
                }
                Issue.record("the update was made")
            } catch let refusal as Refusal {
                #expect(refusal.reason == "FIELD_INVALID")
                #expect(
                    refusal.status.violations.map(\.field)
                        == [0, 2, 3].map { "update_mask.paths[\($0)]" })
            }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                try await boss.updateCurrentTenant { $0.slug = "another" }
            }
            #expect(try await boss.currentTenant().features.isEmpty)
        }
    }

    @Test("Etag, request id and a taken domain")
    func refusals() async throws {
        try await withTeam("etag") { team, boss, world in
            let other = try await world.speakAsSystemAdministrator { root in
                try await root.createTenant {
                    $0.slug = "\(team.slug)-other"
                    $0.domain = "\(team.slug)-other.example"
                }
            }
            await expectRefusal(.alreadyExists, "DOMAIN_TAKEN") {
                try await boss.updateCurrentTenant { $0.domain = other.domain }
            }
            let requestID = UUIDValue.random().description
            func rename(_ name: String) async throws -> TenantMessage {
                try await boss.updateCurrentTenant(requestID: requestID) {
                    $0.displayName = name
                    $0.etag = "r1"
                }
            }
            let renamed = try await rename("x")
            #expect(try await rename("x") == renamed)
            await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") { try await rename("y") }
            await expectRefusal(.aborted, "ETAG_MISMATCH") {
                try await boss.updateCurrentTenant {
                    $0.displayName = "y"
                    $0.etag = "r1"
                }
            }
        }
    }

    @Test("Members may not; a system administrator may in the tenant that it selects, and nowhere else by that")
    func roles() async throws {
        try await withTeam("roles") { team, _, world in
            try await world.speak(as: team.member) { member in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await member.updateCurrentTenant { $0.displayName = "x" }
                }
            }
            try await world.speakAsSystemAdministrator(in: team.slug) { root in
                let updated = try await root.updateCurrentTenant { $0.displayName = "\(team.slug) by root" }
                #expect(updated.id == team.id && updated.displayName == "\(team.slug) by root")
            }
            let home = try world.database.rows(
                "SELECT display_name FROM tenants WHERE display_name = $1", ["\(team.slug) by root"])
            #expect(home.count == 1)
        }
    }
}
