import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// Tenants as system administrators manage them.
@Suite("Managing tenants", .bothDoors, .timeLimit(.minutes(5)), .sharedWorld())
struct TenantServiceTests {
    private func manage(_ body: (Caller, World) async throws -> Void) async throws {
        let world = try World.shared
        try await world.speakAsSystemAdministrator { try await body($0, world) }
    }

    private static func slug(_ name: String) -> String { "\(name)-\(UInt32.random(in: 0 ... .max))" }
    private static func newID() -> String { UUIDValue.random().description }
    private static let unknown = "00000000-0000-4000-8000-00000000000f"

    @Test("A tenant reads as it was created, also when it is suspended or deleted")
    func get() async throws {
        try await manage { root, _ in
            let created = try await root.createTenant {
                $0.slug = Self.slug("get")
                $0.displayName = "Get"
            }
            #expect(try await root.getTenant(created.id) == created)
            let suspended = try await root.setState(.suspended, of: created.id)
            #expect(try await root.getTenant(created.id) == suspended)
            let deleted = try await root.deleteTenant(created.id)
            #expect(try await root.getTenant(created.id) == deleted)
            await expectRefusal(.notFound, "TENANT_NOT_FOUND") { try await root.getTenant(Self.unknown) }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await root.getTenant("acme") }
        }
    }

    @Test("An update sets what its mask names and nothing else, and says in the trail what was before")
    func update() async throws {
        try await manage { root, world in
            let slug = Self.slug("update")
            let id = try await root.createTenant {
                $0.slug = slug
                $0.displayName = "Before"
                $0.domain = "\(slug).example"
                $0.features = ["custom_agents"]
                $0.limits = TenantLimits()
                $0.limits?.maxAgents = 5
                $0.limits?.maxUsers = 6
            }.id
            let updated = try await root.updateTenant(id, mask: ["display_name", "limits.max_agents", "features"]) {
                $0.slug = "not-looked-at"
                $0.displayName = "After"
                $0.features = ["agent_sharing", "priority_support"]
                $0.limits = TenantLimits()
                $0.limits?.maxAgents = 9
            }
            #expect(updated.slug == slug && updated.displayName == "After" && updated.domain == "\(slug).example")
            #expect(updated.features == ["agent_sharing", "priority_support"])
            #expect(updated.limits?.maxAgents == 9 && updated.limits?.maxUsers == 6)
            #expect(updated.etag == "r2" && updated.updateTime != updated.createTime)
            #expect(try await root.getTenant(id) == updated)

            let trail = try #require(try world.trail(of: id).last)
            #expect(trail.action == "TenantService.UpdateTenant")
            let changes = try JSONDecoder().decode(TenantChanges.self, from: Data(trail.changes.utf8))
            #expect(changes.displayName?.before == "Before" && changes.displayName?.after == "After")
            #expect(changes.maxAgents?.before == 5 && changes.maxAgents?.after == 9)
            #expect(changes.slug == nil && changes.domain == nil)
        }
    }

    private struct TenantChanges: Decodable {
        struct Change<Value: Decodable>: Decodable {
            let before: Value?
            let after: Value?
        }

        let slug: Change<String>?
        let displayName: Change<String>?
        let domain: Change<String>?
        let maxAgents: Change<Int>?

        enum CodingKeys: String, CodingKey {
            case slug, domain
            case displayName = "display_name"
            case maxAgents = "max_agents"
        }
    }

    @Test(
        "Masks: a domain is cleared, an empty display name is the slug, \"*\" replaces everything, none means populated"
    )
    func masks() async throws {
        try await manage { root, _ in
            let (first, second) = (Self.slug("mask"), Self.slug("masked"))
            let id = try await root.createTenant {
                $0.slug = first
                $0.displayName = "Name"
                $0.domain = "\(first).example"
                $0.features = ["agent_sharing"]
                $0.limits = TenantLimits()
                $0.limits?.maxTokens = 3
            }.id
            #expect(try await root.updateTenant(id, mask: ["domain"]) { _ in }.domain.isEmpty)
            #expect(try await root.updateTenant(id, mask: ["display_name"]) { _ in }.displayName == first)
            let populated = try await root.updateTenant(id) {
                $0.domain = "\(first.uppercased()).Example"
                $0.limits = TenantLimits()
                $0.limits?.maxUsers = 4
            }
            #expect(populated.domain == "\(first).example" && populated.features == ["agent_sharing"])
            #expect(populated.limits?.maxUsers == 4 && populated.limits?.maxTokens == 3)
            let replaced = try await root.updateTenant(id, mask: ["*"]) {
                $0.slug = second
                $0.state = TenantState.active.rawValue
            }
            #expect(replaced.slug == second && replaced.displayName == second && replaced.domain.isEmpty)
            #expect(replaced.features.isEmpty && replaced.limits == TenantLimits())
        }
    }

    @Test("What is wrong with an update is named, all of it at once")
    func wrongUpdate() async throws {
        try await manage { root, _ in
            do {
                _ = try await root.updateTenant("acme", mask: ["id", "state", "limits.max_cats"], requestID: "x") {
                    $0.state = TenantState.deleted.rawValue
                }
                Issue.record("the update was made")
            } catch let refusal as Refusal {
                #expect(refusal.code == .invalidArgument && refusal.reason == "FIELD_INVALID")
                #expect(
                    refusal.status.violations.map(\.field) == [
                        "tenant.id", "update_mask.paths[0]", "update_mask.paths[2]", "tenant.state", "request_id",
                    ])
                #expect(refusal.status.message.contains("DeleteTenant"))
            }
            await expectRefusal(.notFound, "TENANT_NOT_FOUND") {
                try await root.updateTenant(Self.unknown) { $0.displayName = "x" }
            }
            await expectRefusal(.notFound, "TENANT_NOT_FOUND") { try await root.deleteTenant(Self.unknown) }
            await expectRefusal(.notFound, "TENANT_NOT_FOUND") { try await root.undeleteTenant(Self.unknown) }
        }
    }

    @Test("Slug and domain of another tenant are taken, for creating and for changing")
    func taken() async throws {
        try await manage { root, _ in
            let (one, two) = (Self.slug("one"), Self.slug("two"))
            _ = try await root.createTenant {
                $0.slug = one
                $0.domain = "\(one).example"
            }
            let id = try await root.createTenant(two, features: [])
            await expectRefusal(.alreadyExists, "SLUG_TAKEN") { try await root.createTenant { $0.slug = one } }
            await expectRefusal(.alreadyExists, "DOMAIN_TAKEN") {
                try await root.createTenant {
                    $0.slug = Self.slug("three")
                    $0.domain = "\(one).EXAMPLE"
                }
            }
            await expectRefusal(.alreadyExists, "SLUG_TAKEN") { try await root.updateTenant(id) { $0.slug = one } }
            await expectRefusal(.alreadyExists, "DOMAIN_TAKEN") {
                try await root.updateTenant(id) { $0.domain = "\(one).example" }
            }
            await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                try await root.createTenant {
                    $0.slug = Self.slug("four")
                    $0.state = TenantState.suspended.rawValue
                }
            }
        }
    }

    @Test("A deleted tenant gives up slug and domain, changes no more, and comes back unless they are taken by then")
    func life() async throws {
        try await manage { root, world in
            let slug = Self.slug("life")
            let domain = "\(slug).example"
            let first = try await root.createTenant {
                $0.slug = slug
                $0.domain = domain
            }
            await expectRefusal(.failedPrecondition, "TENANT_NOT_DELETED") { try await root.undeleteTenant(first.id) }
            let deleted = try await root.deleteTenant(first.id)
            #expect(deleted.state == TenantState.deleted.rawValue && deleted.deleteTime != nil)
            #expect(deleted.slug == slug && deleted.domain == domain)
            await expectRefusal(.failedPrecondition, "TENANT_DELETED") { try await root.deleteTenant(first.id) }
            await expectRefusal(.failedPrecondition, "TENANT_DELETED") {
                try await root.updateTenant(first.id) { $0.displayName = "x" }
            }
            await expectRefusal(.failedPrecondition, "TENANT_DELETED") {
                try await root.setState(.active, of: first.id)
            }

            let second = try await root.createTenant { $0.slug = slug }
            await expectRefusal(.alreadyExists, "SLUG_TAKEN") { try await root.undeleteTenant(first.id) }
            _ = try await root.updateTenant(second.id) {
                $0.slug = Self.slug("other")
                $0.domain = domain
            }
            await expectRefusal(.alreadyExists, "DOMAIN_TAKEN") { try await root.undeleteTenant(first.id) }
            _ = try await root.updateTenant(second.id, mask: ["domain"]) { _ in }
            let back = try await root.undeleteTenant(first.id)
            #expect(back.state == TenantState.active.rawValue && back.deleteTime == nil && back.slug == slug)
            #expect(
                try world.trail(of: first.id).map(\.action)
                    == ["CreateTenant", "DeleteTenant", "UndeleteTenant"].map { "TenantService.\($0)" })
        }
    }

    @Test("An etag must be the tenant's own")
    func etag() async throws {
        try await manage { root, _ in
            let tenant = try await root.createTenant { $0.slug = Self.slug("etag") }
            let updated = try await root.updateTenant(tenant.id) {
                $0.displayName = "x"
                $0.etag = tenant.etag
            }
            for etag in [tenant.etag, "nonsense"] {
                await expectRefusal(.aborted, "ETAG_MISMATCH") {
                    try await root.updateTenant(tenant.id) {
                        $0.displayName = "y"
                        $0.etag = etag
                    }
                }
                await expectRefusal(.aborted, "ETAG_MISMATCH") { try await root.deleteTenant(tenant.id, etag: etag) }
            }
            let deleted = try await root.deleteTenant(tenant.id, etag: updated.etag)
            await expectRefusal(.aborted, "ETAG_MISMATCH") {
                try await root.undeleteTenant(tenant.id, etag: updated.etag)
            }
            _ = try await root.undeleteTenant(tenant.id, etag: deleted.etag)
        }
    }

    @Test("The tenant of the caller is neither suspended nor deleted; everything else of it may change")
    func ownTenant() async throws {
        try await manage { root, _ in
            let own = try await root.currentTenant()
            await expectRefusal(.failedPrecondition, "OWN_TENANT") { try await root.deleteTenant(own.id) }
            await expectRefusal(.failedPrecondition, "OWN_TENANT") { try await root.setState(.suspended, of: own.id) }
            #expect(try await root.currentTenant() == own)
            let renamed = try await root.updateTenant(own.id) {
                $0.displayName = "Home"
                $0.state = TenantState.active.rawValue
            }
            #expect(renamed.displayName == "Home")
        }
    }

    @Test("A request id makes each change happen once; with another payload it is refused")
    func requestIDs() async throws {
        try await manage { root, world in
            let (createID, slug) = (Self.newID(), Self.slug("again"))
            let created = try await root.createTenant(requestID: createID) { $0.slug = slug }
            #expect(try await root.createTenant(requestID: createID) { $0.slug = slug } == created)
            let id = created.id

            let updateID = Self.newID()
            func update(_ name: String) async throws -> TenantMessage {
                try await root.updateTenant(id, requestID: updateID) {
                    $0.displayName = name
                    $0.etag = created.etag
                }
            }
            let updated = try await update("x")
            #expect(try await update("x") == updated)
            await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") { try await update("y") }
            await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") {
                try await root.deleteTenant(id, requestID: updateID)
            }

            let deleteID = Self.newID()
            let deleted = try await root.deleteTenant(id, requestID: deleteID)
            #expect(try await root.deleteTenant(id, requestID: deleteID) == deleted)
            let undeleteID = Self.newID()
            let undeleted = try await root.undeleteTenant(id, requestID: undeleteID)
            #expect(try await root.undeleteTenant(id, requestID: undeleteID) == undeleted)
            #expect(try await root.getTenant(id) == undeleted)
            #expect(try world.trail(of: id).count == 4)
        }
    }

    @Test("Only system administrators manage tenants; the attempts of others are in the audit trail of their own")
    func roles() async throws {
        try await manage { root, world in
            let team = try await TenantTeam.make("roles", by: root)
            for person in [team.administrator, team.member] {
                try await world.speak(as: person) { caller in
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await caller.getTenant(team.id) }
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await caller.listTenants() }
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                        try await caller.updateTenant(team.id) { $0.features = Features.names }
                    }
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await caller.deleteTenant(team.id) }
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") { try await caller.undeleteTenant(team.id) }
                }
            }
            let refused = try world.database.rows(
                "SELECT action FROM audit_events WHERE tenant_id = $1::uuid AND outcome = 'refused' ORDER BY id",
                [team.id]
            ).map { $0[0] }
            let actions = ["GetTenant", "ListTenants", "UpdateTenant", "DeleteTenant", "UndeleteTenant"]
                .map { "TenantService.\($0)" }
            #expect(refused == actions + actions)
        }
    }
}
