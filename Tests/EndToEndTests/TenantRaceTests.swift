import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What happens to tenants when several changes come at the same moment.
@Suite("Changes of tenants at the same moment", .timeLimit(.minutes(5)), .sharedWorld())
struct TenantRaceTests {
    private static let rounds = 20

    /// Two connections of the system administrator, which may be on two event loops of the daemon.
    private func withTwo(_ body: (Caller, Caller, World) async throws -> Void) async throws {
        let world = try World.shared
        try await world.speakAsSystemAdministrator { one in
            try await world.speakAsSystemAdministrator { two in try await body(one, two, world) }
        }
    }

    private static func slug(_ name: String) -> String { "\(name)-\(UInt32.random(in: 0 ... .max))" }

    /// The reason of a refusal, or nil for a success.
    @Sendable private static func refusal(_ body: () async throws -> some Any) async throws -> String? {
        do {
            _ = try await body()
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    @Test("Twenty creates with one slug: one wins")
    func creates() async throws {
        let world = try World.shared
        let slug = Self.slug("twenty")
        let reasons = try await withThrowingTaskGroup(of: String?.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await world.speakAsSystemAdministrator { root in
                        try await Self.refusal {
                            try await root.createTenant {
                                $0.slug = slug
                                $0.displayName = "\(number)"
                            }
                        }
                    }
                }
            }
            return try await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(reasons.count { $0 == nil } == 1 && reasons.count { $0 == "SLUG_TAKEN" } == 19, "\(reasons)")
        #expect(try world.database.rows("SELECT count(*) FROM tenants WHERE slug = $1", [slug]) == [["1"]])
    }

    @Test("Two updates with the same etag: one wins, each time")
    func sameEtag() async throws {
        try await withTwo { one, two, _ in
            var tenant = try await one.createTenant { $0.slug = Self.slug("etag") }
            for round in 0..<Self.rounds {
                let (id, etag) = (tenant.id, tenant.etag)
                @Sendable func rename(_ caller: Caller, _ name: String) async throws -> String? {
                    try await Self.refusal {
                        try await caller.updateTenant(id) {
                            $0.displayName = name
                            $0.etag = etag
                        }
                    }
                }
                async let first = rename(one, "one")
                async let second = rename(two, "two")
                let reasons = try await [first, second]
                #expect(reasons.count { $0 == nil } == 1, "round \(round): \(reasons)")
                #expect(reasons.contains("ETAG_MISMATCH"))
                tenant = try await one.getTenant(id)
            }
        }
    }

    @Test("A deletion is taken back while somebody takes the slug: one of them has it, each time")
    func undelete() async throws {
        try await withTwo { one, two, world in
            for round in 0..<Self.rounds {
                let slug = Self.slug("undelete")
                let id = try await one.createTenant(slug, features: [])
                _ = try await one.deleteTenant(id)
                async let undeleted = Self.refusal { try await one.undeleteTenant(id) }
                async let created = Self.refusal { try await two.createTenant { $0.slug = slug } }
                let reasons = try await [undeleted, created]
                #expect(
                    reasons.count { $0 == nil } == 1 && reasons.contains("SLUG_TAKEN"), "round \(round): \(reasons)")
                let living = try world.database.rows(
                    "SELECT count(*) FROM tenants WHERE slug = $1 AND state <> 'deleted'", [slug])
                #expect(living == [["1"]])
            }
        }
    }

    @Test("Two deletions: one wins; the tenant that an update meets deleted is refused as that")
    func delete() async throws {
        try await withTwo { one, two, _ in
            for round in 0..<Self.rounds {
                let id = try await one.createTenant(Self.slug("delete"), features: [])
                async let first = Self.refusal { try await one.deleteTenant(id) }
                async let second = Self.refusal { try await two.deleteTenant(id) }
                async let third = Self.refusal { try await two.updateTenant(id) { $0.displayName = "x" } }
                let (deletions, update) = try await ([first, second], third)
                #expect(deletions.count { $0 == nil } == 1, "round \(round): \(deletions)")
                #expect(deletions.contains("TENANT_DELETED"))
                #expect(update == nil || update == "TENANT_DELETED")
            }
        }
    }

    @Test("Two changes of different settings at the same moment both hold")
    func settings() async throws {
        let world = try World.shared
        let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make("settings", by: $0) }
        try await world.speak(as: team.administrator) { one in
            try await world.speak(as: team.administrator) { two in
                for round in 1...Self.rounds {
                    async let first = one.updateTenantSettings(["default_page_size": "\(round)"])
                    async let second = two.updateTenantSettings(["max_prompt_bytes": "\(round)"])
                    _ = try await (first, second)
                    let settings = try await one.tenantSettings().settings
                    let values = Dictionary(uniqueKeysWithValues: settings.map { ($0.key, $0.value) })
                    #expect(values["default_page_size"] == "\(round)" && values["max_prompt_bytes"] == "\(round)")
                }
            }
        }
    }
}
