import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("The limit of keys", .bothDoors, .timeLimit(.minutes(3)))
struct TokenLimitTests {
    /// How the daemon gets to know the limit.
    enum Limit: CaseIterable {
        /// The tenant was made with it.
        case known
        /// It came to be behind the daemon's back, who finds out while it issues keys.
        case unknown
    }

    @Test("Fifty keys at the same moment in a tenant with room for ten: ten are issued", arguments: Limit.allCases)
    func concurrent(_ limit: Limit) async throws {
        try await World.with(settings: ["AGENTD_EVENT_LOOPS": "4"]) { world in
            // Each of the two has a key.
            let people = try await Self.tenantWithRoomForTen(limit, world)
            let outcomes = try await withThrowingTaskGroup(of: [String?].self) { group in
                for number in 0..<5 {
                    group.addTask { try await world.speak(as: people[number % 2]) { try await Self.issueTen($0) } }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(outcomes.count { $0 == nil } == 10)
            #expect(outcomes.count { $0 == "QUOTA_TOKENS" } == 40)
            let tokens = try world.database.rows(
                "SELECT count(*) FROM tokens WHERE tenant_id = $1::uuid", [people[0].tenantID])
            #expect(tokens == [["12"]])
        }
    }

    private static func tenantWithRoomForTen(_ limit: Limit, _ world: World) async throws -> [World.Person] {
        switch limit {
        case .unknown:
            for person in [world.ada, world.bob] { try await world.speak(as: person) { _ = try await $0.user() } }
            try world.database.execute(
                """
                ALTER TABLE tenants DISABLE TRIGGER announce_change;
                UPDATE tenants SET max_tokens = 12 WHERE slug = 'acme';
                ALTER TABLE tenants ENABLE TRIGGER announce_change;
                """)
            return [world.ada, world.bob]
        case .known:
            return try await world.speakAsSystemAdministrator { administrator in
                var request = CreateTenantRequest()
                var tenant = TenantMessage()
                tenant.slug = "small"
                tenant.limits = TenantLimits()
                tenant.limits?.maxTokens = 12
                request.tenant = tenant
                let id = try await administrator.call("TenantService/CreateTenant", request, as: TenantMessage.self).id
                return [
                    try await administrator.createPerson("one@small.example", in: id),
                    try await administrator.createPerson("two@small.example", in: id),
                ]
            }
        }
    }

    private static func issueTen(_ caller: Caller) async throws -> [String?] {
        try await withThrowingTaskGroup(of: String?.self) { calls in
            for _ in 0..<10 {
                calls.addTask {
                    do {
                        _ = try await caller.issueToken()
                        return nil
                    } catch let refusal as Refusal {
                        return refusal.reason
                    }
                }
            }
            return try await calls.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("Keys that are revoked or expired do not count, and those of another tenant neither")
    func validKeys() async throws {
        try await World.with { world in
            try world.database.execute("UPDATE tenants SET max_tokens = 3 WHERE slug = 'acme'")
            try await world.speak(as: world.bob) { bob in
                let requestID = UUIDValue.random().description
                let third = try await bob.issueToken(requestID: requestID)
                let response = try await bob.send("TokenService/IssueToken", IssueTokenRequest())
                let refusal = try Refusal(response)
                #expect(refusal.code == .resourceExhausted && refusal.reason == "QUOTA_TOKENS")
                #expect(refusal.status.retryAfterMilliseconds == 60_000)
                #expect(refusal.status.message.contains("max_tokens"))
                #expect(String(decoding: response.details, as: UTF8.self).contains("google.rpc.QuotaFailure"))
                // What was issued before is answered again, full or not.
                let again = try await bob.issueToken(requestID: requestID)
                #expect(again == third)

                _ = try await bob.revokeToken(third.token?.id ?? "")
                let fourth = try await bob.issueToken()
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await bob.issueToken() }
                _ = try world.database.rows(
                    "UPDATE tokens SET expire_time = now() WHERE id = $1", [fourth.token?.id ?? ""])
                _ = try await bob.issueToken()
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await bob.issueToken() }
            }
            try await world.speak(as: world.carol) { carol in
                for _ in 0..<5 { _ = try await carol.issueToken() }
            }
        }
    }

    @Test("The keys of a deleted user make room")
    func deletedUser() async throws {
        try await World.with { world in
            try world.database.execute("UPDATE tenants SET max_tokens = 3 WHERE slug = 'acme'")
            try await world.speakAsAdministrator { administrator, _ in
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await administrator.issueToken() }
                _ = try await administrator.deleteUser(world.bob.id)
                _ = try await administrator.issueToken()
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await administrator.issueToken() }
            }
        }
    }

    @Test("The keys of a user who is not active make room, and are listed with those that do not work")
    func inactiveUser() async throws {
        try await World.with { world in
            try world.database.execute("UPDATE tenants SET max_tokens = 3 WHERE slug = 'acme'")
            try await world.speakAsAdministrator { administrator, _ in
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await administrator.issueToken() }
                _ = try await administrator.setActive(false, of: world.bob.id)
                let listed = try await administrator.listTokens().tokens
                let valid = try await administrator.stats().tokens.valid
                #expect(listed.count == 2 && valid == 2)
                #expect(!listed.contains { $0.userID == world.bob.id })
                let all = try await administrator.listTokens { $0.showRevoked = true }.tokens
                #expect(all.count == 3 && all.contains { $0.userID == world.bob.id })
                _ = try await administrator.issueToken()
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await administrator.issueToken() }
                // They work again, and count.
                _ = try await administrator.setActive(true, of: world.bob.id)
                let active = try await administrator.listTokens().tokens
                #expect(active.count == 4)
                await expectRefusal(.resourceExhausted, "QUOTA_TOKENS") { try await administrator.issueToken() }
            }
        }
    }
}
