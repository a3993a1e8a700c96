import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("Resolving tenants", .bothDoors, .timeLimit(.minutes(2)), .sharedWorld())
struct TenantResolutionTests {
    private static func resolve(_ key: ResolveTenantRequest.Key?, _ caller: Caller) async throws -> TenantMessage {
        try await caller.call("TenantService/ResolveTenant", ResolveTenantRequest(key: key))
    }

    private static func answer(_ key: ResolveTenantRequest.Key, _ caller: Caller) async throws -> [UInt8] {
        try await caller.answer("TenantService/ResolveTenant", ResolveTenantRequest(key: key))
    }

    @Test("A system administrator finds any tenant by id, slug and domain, and a deleted one by its id alone")
    func systemAdministrator() async throws {
        let world = try World.shared
        let slug = "resolved-\(UInt32.random(in: 0 ... .max))"
        try await world.speakAsSystemAdministrator { root in
            let tenant = try await root.createTenant {
                $0.slug = slug
                $0.domain = "\(slug).example"
            }
            let keys: [ResolveTenantRequest.Key] = [
                .id(tenant.id), .slug(slug), .domain("\(slug).example"), .domain("\(slug.uppercased()).EXAMPLE"),
            ]
            for key in keys { #expect(try await Self.resolve(key, root) == tenant) }
            let suspended = try await root.setState(.suspended, of: tenant.id)
            for key in keys { #expect(try await Self.resolve(key, root) == suspended) }
            let deleted = try await root.deleteTenant(tenant.id)
            #expect(try await Self.resolve(.id(tenant.id), root) == deleted)
            for key in keys.dropFirst() {
                await expectRefusal(.notFound, "TENANT_NOT_FOUND") { try await Self.resolve(key, root) }
            }
            let successor = try await root.createTenant { $0.slug = slug }
            #expect(try await Self.resolve(.slug(slug), root) == successor)
        }
    }

    @Test("Anybody else finds its own tenant; every other one answers the bytes of one that never was")
    func members() async throws {
        let world = try World.shared
        let (team, other) = try await world.speakAsSystemAdministrator { root in
            let team = try await TenantTeam.make("own", by: root)
            let other = try await TenantTeam.make("other", by: root)
            for team in [team, other] {
                _ = try await root.updateTenant(team.id) { $0.domain = "\(team.slug).example" }
            }
            return (team, other)
        }
        for person in [team.administrator, team.member] {
            try await world.speak(as: person) { caller in
                let own = try await caller.currentTenant()
                for key in [
                    ResolveTenantRequest.Key.id(team.id), .slug(team.slug), .domain("\(team.slug).EXAMPLE"),
                ] { #expect(try await Self.resolve(key, caller) == own) }

                let foreign: [ResolveTenantRequest.Key] = [
                    .id(other.id), .slug(other.slug), .domain("\(other.slug).example"),
                    .id("00000000-0000-4000-8000-00000000000f"), .slug("never-was"), .domain("never-was.example"),
                ]
                await expectRefusal(.notFound, "TENANT_NOT_FOUND") { try await Self.resolve(foreign[0], caller) }
                var answers: Set<[UInt8]> = []
                for key in foreign { answers.insert(try await Self.answer(key, caller)) }
                #expect(answers.count == 1)
            }
        }
    }

    @Test("A key that can be none is refused by its name")
    func wrongKeys() async throws {
        let world = try World.shared
        try await world.speak(as: world.ada) { ada in
            let wrong: [(key: ResolveTenantRequest.Key?, field: String)] = [
                (nil, "key"), (.id("acme"), "id"), (.id(""), "id"), (.slug("Acme!"), "slug"), (.slug(""), "slug"),
                (.domain("a b"), "domain"), (.domain(""), "domain"),
            ]
            for (key, field) in wrong {
                do {
                    _ = try await Self.resolve(key, ada)
                    Issue.record("\(field) was resolved")
                } catch let refusal as Refusal {
                    #expect(refusal.reason == "FIELD_INVALID")
                    #expect(refusal.status.violations.map(\.field) == [field])
                }
            }
        }
    }
}
