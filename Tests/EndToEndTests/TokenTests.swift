import Testing

internal import AgentdCore
internal import Crypto
internal import Foundation
internal import Messages
internal import TestSupport

@Suite("Tokens", .bothDoors, .timeLimit(.minutes(3)))
struct TokenTests {
    private static let secret = "canary-secret-0123456789-0123456789-0123456789"
    /// A changed token is noticed soon.
    private static let recheck = ["AGENTD_TOKEN_RECHECK": "100ms"]

    /// A world, and a caller whose connection has no token of its own.
    private static func with(
        settings: [String: String] = [:], _ body: (World, Caller) async throws -> Void
    ) async throws {
        let all = recheck.merging(settings) { $1 }
        try await World.with(settings: all) { world in
            try await world.daemon.speak { try await body(world, $0) }
        }
    }

    private static func bearer(_ token: String) -> [Header] { [Header("authorization", "Bearer \(token)")] }

    // MARK: API keys

    @Test("A key speaks for its user")
    func key() async throws {
        try await Self.with { world, caller in
            let ada = try await caller.user(headers: Self.bearer(world.ada.key))
            #expect(ada.id == world.ada.id && ada.tenantID == world.ada.tenantID && ada.role == Role.member.rawValue)
        }
    }

    @Test("No token, another scheme and wrong keys are refused")
    func wrongKeys() async throws {
        try await Self.with { world, caller in
            await expectRefusal(.unauthenticated, "TOKEN_MISSING") { try await caller.user() }
            let parts = world.ada.key.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
            let blank = ["Bearer "]
            let wrong =
                blank + [
                    "Basic \(world.ada.key)", "Bearer", "Bearer agd_", "Bearer \(world.ada.key)0",
                    "Bearer \(world.ada.key.dropLast())", "Bearer \(world.ada.key.uppercased())",
                    // The checksum of another key's secret.
                    "Bearer \(parts[0])_\(parts[1])_\(world.bob.key.split(separator: "_")[2])",
                ]
            for header in wrong {
                await expectRefusal(.unauthenticated, "TOKEN_INVALID") {
                    try await caller.user(headers: [Header("authorization", header)])
                }
            }
        }
    }

    /// A change in the database, how it is told to whoever calls, and how it is taken back; $1 is the user's id.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let code: StatusCode
        let reason: String
        let undoing: String
    }

    private static let changes = [
        Change(
            testDescription: "a revoked key", script: "UPDATE tokens SET revoke_time = now() WHERE user_id = $1",
            code: .unauthenticated, reason: "TOKEN_REVOKED",
            undoing: "UPDATE tokens SET revoke_time = NULL WHERE user_id = $1"),
        Change(
            testDescription: "a key that expired", script: "UPDATE tokens SET expire_time = now() WHERE user_id = $1",
            code: .unauthenticated, reason: "TOKEN_EXPIRED",
            undoing: "UPDATE tokens SET expire_time = now() + interval '1 hour' WHERE user_id = $1"),
        Change(
            testDescription: "a deactivated user", script: "UPDATE users SET is_active = false WHERE id = $1",
            code: .unauthenticated, reason: "USER_INACTIVE",
            undoing: "UPDATE users SET is_active = true WHERE id = $1"),
        Change(
            testDescription: "a suspended tenant",
            script: "UPDATE tenants SET state = 'suspended' WHERE id = (SELECT tenant_id FROM users WHERE id = $1)",
            code: .failedPrecondition, reason: "TENANT_SUSPENDED",
            undoing: "UPDATE tenants SET state = 'active' WHERE id = (SELECT tenant_id FROM users WHERE id = $1)"),
        Change(
            testDescription: "a deleted tenant",
            script: """
                UPDATE tenants SET state = 'deleted', delete_time = now()
                WHERE id = (SELECT tenant_id FROM users WHERE id = $1)
                """,
            code: .failedPrecondition, reason: "TENANT_DELETED",
            undoing: """
                UPDATE tenants SET state = 'active', delete_time = NULL
                WHERE id = (SELECT tenant_id FROM users WHERE id = $1)
                """),
    ]

    @Test("What changes in the database is noticed on open connections too, and so is its end", arguments: changes)
    func changed(_ change: Change) async throws {
        try await Self.with { world, _ in
            try await world.speak(as: world.ada) { ada in
                #expect(try await Self.isServed(ada))
                _ = try world.database.rows(change.script, ["\(world.ada.id)"])
                try await waitUntil { try await !Self.isServed(ada) }
                await expectRefusal(change.code, change.reason) { try await ada.user() }
                _ = try world.database.rows(change.undoing, ["\(world.ada.id)"])
                try await waitUntil { try await Self.isServed(ada) }
            }
            // The neighbours of the other tenant never notice.
            try await world.speak(as: world.carol) { _ = try await $0.user() }
        }
    }

    private static func isServed(_ caller: Caller, headers: [Header] = []) async throws -> Bool {
        do {
            _ = try await caller.user(headers: headers)
            return true
        } catch is Refusal {
            return false
        }
    }

    @Test("An issued key with an end stops working at its end")
    func expiringKey() async throws {
        // Believed for as long as possible: it is the end of the key that counts.
        try await Self.with(settings: ["AGENTD_TOKEN_RECHECK": "30s"]) { world, caller in
            // On a machine that is busy, a key that ends soon may have ended before it is first used.
            for seconds in [2, 10, 25] as [Int64] {
                let headers = Self.bearer(try await Self.issue(for: world.ada, endingIn: seconds, caller))
                guard try await Self.isServed(caller, headers: headers) else { continue }
                try await waitUntil { try await !Self.isServed(caller, headers: headers) }
                await expectRefusal(.unauthenticated, "TOKEN_EXPIRED") { try await caller.user(headers: headers) }
                return
            }
            Issue.record("no key was good before its end")
        }
    }

    private static func issue(
        for person: World.Person, endingIn seconds: Int64, _ caller: Caller
    ) async throws -> String {
        var issue = IssueTokenRequest()
        issue.expireTime = Timestamp(microseconds: (Int64(TestToken.now) + seconds) * 1_000_000)
        return try await caller.call(
            "TokenService/IssueToken", issue, headers: bearer(person.key), as: IssueTokenResponse.self
        ).secret
    }

    // MARK: Signed tokens

    @Test("A token signed with the secret speaks for the user that it names")
    func signedWithSecret() async throws {
        try await Self.with(settings: ["AGENTD_JWT_SECRET": Self.secret]) { world, caller in
            let token = TestToken(world.bob)
            let bob = try await caller.user(headers: Self.bearer(try token.signed(secret: Self.secret)))
            #expect(bob.id == world.bob.id && bob.tenantID == world.bob.tenantID)

            // One minute of difference between clocks is allowed for.
            let late = token.changed { $0.claims["exp"] = .number(TestToken.now - 30) }
            _ = try await caller.user(headers: Self.bearer(try late.signed(secret: Self.secret)))
        }
    }

    @Test("A token signed with a key of the key set speaks for the user that it names; with any other it does not")
    func signedWithKey() async throws {
        try await TemporaryFolder.with { folder in
            let key = Curve25519.Signing.PrivateKey()
            let file = "\(folder)/jwks.json"
            try Data(TestToken.keySet(key.publicKey, keyID: "one").utf8).write(to: URL(filePath: file))
            try await Self.with(settings: ["AGENTD_JWKS": file]) { world, caller in
                let token = TestToken(world.carol)
                let carol = try await caller.user(headers: Self.bearer(try token.signed(key: key, keyID: "one")))
                #expect(carol.id == world.carol.id && carol.tenantID == world.carol.tenantID)

                let publicKey = String(decoding: key.publicKey.rawRepresentation, as: UTF8.self)
                let wrong = [
                    try token.signed(key: key, keyID: "two"),
                    try token.signed(key: Curve25519.Signing.PrivateKey(), keyID: "one"),
                    try token.signed(secret: publicKey),
                    try token.changed { $0.header["kid"] = "one" }.signed(secret: publicKey),
                ]
                try await Self.expectInvalid(wrong, caller)
            }
        }
    }

    @Test("A token that is forged, or names nobody, is refused")
    func forgeries() async throws {
        try await Self.with(settings: ["AGENTD_JWT_SECRET": Self.secret]) { world, caller in
            let token = TestToken(world.bob)
            let right = try token.signed(secret: Self.secret)
            let parts = right.split(separator: ".")
            var wrong = [
                try token.signed(secret: "another-secret-0123456789-0123456789-0123456789"),
                try token.changed { $0.header["alg"] = "none" }.signed(secret: Self.secret),
                try token.signed(algorithm: "none") { _ in Data() },
                try token.changed { $0.header["alg"] = "HS512" }.signed(secret: Self.secret),
                "\(parts[0]).\(parts[1]).", "\(parts[0]).\(parts[1])", "\(parts[1]).\(parts[0]).\(parts[2])",
            ]
            wrong += try [
                token.changed { $0.claims["nbf"] = .number(TestToken.now + 3_600) },
                token.changed { $0.claims["exp"] = nil },
                token.changed { $0.claims["sub"] = .text("987654321") },
                token.changed { $0.claims["sub"] = .text("\(world.bob.id) OR true") },
                // A user of another tenant than the token's.
                token.changed { $0.claims["tenant_id"] = .text(world.carol.tenantID) },
                token.changed { $0.claims["tenant_id"] = .text("acme") },
                token.changed { $0.claims["tenant_id"] = nil },
            ].map { try $0.signed(secret: Self.secret) }
            try await Self.expectInvalid(wrong, caller)

            let expired = token.changed { $0.claims["exp"] = .number(TestToken.now - 3_600) }
            await expectRefusal(.unauthenticated, "TOKEN_EXPIRED") {
                try await caller.user(headers: Self.bearer(try expired.signed(secret: Self.secret)))
            }
        }
    }

    @Test("Without a secret and a key set no signed token is believed")
    func signedTokensOff() async throws {
        try await Self.with { world, caller in
            try await Self.expectInvalid([try TestToken(world.bob).signed(secret: Self.secret)], caller)
        }
    }

    private static func expectInvalid(_ tokens: [String], _ caller: Caller) async throws {
        for token in tokens {
            await expectRefusal(.unauthenticated, "TOKEN_INVALID") { try await caller.user(headers: bearer(token)) }
        }
    }

    @Test("The role is the database's, whatever the token claims")
    func claimedRole() async throws {
        try await Self.with(settings: ["AGENTD_JWT_SECRET": Self.secret]) { world, caller in
            let token = TestToken(world.bob).changed { token in
                for claim in ["role", "roles", "scope"] { token.claims[claim] = .text("SYSTEM_ADMIN") }
            }
            let headers = Self.bearer(try token.signed(secret: Self.secret))
            #expect(try await caller.user(headers: headers).role == Role.member.rawValue)
            var request = CreateTenantRequest()
            var tenant = TenantMessage()
            tenant.slug = "bobs"
            request.tenant = tenant
            await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                try await caller.call("TenantService/CreateTenant", request, headers: headers, as: TenantMessage.self)
            }
            #expect(try world.database.rows("SELECT count(*) FROM tenants WHERE slug = 'bobs'") == [["0"]])
        }
    }

    // MARK: The tenant

    @Test("Only a system administrator selects another tenant; for others it must be their own")
    func selectedTenant() async throws {
        try await Self.with { world, caller in
            func tenant(_ token: String, _ selector: String) async throws -> String {
                let headers = Self.bearer(token) + [Header("x-agentd-tenant", selector)]
                return try await caller.currentTenant(headers: headers).id
            }
            let (acme, globex) = (world.ada.tenantID, world.carol.tenantID)
            for own in [acme, acme.uppercased(), "acme"] {
                let found = try await tenant(world.ada.key, own)
                #expect(found == acme)
            }
            // Whether it exists is nothing that a member learns.
            for other in [globex, "globex", "no-such-tenant", "00000000-0000-4000-8000-000000000000"] {
                await expectRefusal(.permissionDenied, "TENANT_MISMATCH") { try await tenant(world.ada.key, other) }
            }
            for selected in [globex, "globex"] {
                let found = try await tenant(world.systemAdministrator, selected)
                #expect(found == globex)
            }
            for absent in ["no-such-tenant", "00000000-0000-4000-8000-000000000000", "' OR true"] {
                await expectRefusal(.notFound, "TENANT_NOT_FOUND") {
                    try await tenant(world.systemAdministrator, absent)
                }
            }
        }
    }

    // MARK: Secrets

    @Test("No key, secret or signed token is in the log, at any level", arguments: ["console", "json"])
    func canaries(format: String) async throws {
        let settings = [
            "AGENTD_JWT_SECRET": Self.secret, "AGENTD_LOG_LEVEL": "trace", "AGENTD_LOG_FORMAT": format,
        ]
        try await Self.with(settings: settings) { world, caller in
            let right = try TestToken(world.bob).signed(secret: Self.secret)
            let forged = try TestToken(world.bob).signed(secret: "another-secret-0123456789-0123456789")
            let unknownKey = world.ada.key.replacing("agd_", with: "agd_0")
            for token in [world.ada.key, right, forged, unknownKey, world.systemAdministrator] {
                _ = try? await caller.user(headers: Self.bearer(token))
                // Where it does not belong: in a name, a header, a method.
                _ = try? await caller.user(headers: [Header("x-request-id", token)] + Self.bearer(token))
                _ = try? await caller.currentTenant(
                    headers: Self.bearer(world.ada.key) + [Header("x-agentd-tenant", token)])
                _ = try? await world.daemon.speak(token: token) { try await $0.createAgent("agent") }
            }
            var issue = IssueTokenRequest()
            issue.requestID = UUIDValue.random().description
            let issued: IssueTokenResponse = try await caller.call(
                "TokenService/IssueToken", issue, headers: Self.bearer(world.ada.key))
            // Something that does get logged, so that there is a log to look at.
            try world.database.execute("ALTER TABLE agents RENAME TO elsewhere")
            await expectRefusal(.internal, "INTERNAL") {
                try await caller.call(
                    "AgentService/GetAgent", GetAgentRequest(id: 1), headers: Self.bearer(world.ada.key),
                    as: AgentMessage.self)
            }
            try await waitUntil { world.daemon.log.contains("42P01") }

            let keys = [world.ada, world.bob, world.carol].map(\.key) + [world.systemAdministrator, issued.secret]
            let secrets =
                keys + keys.compactMap { $0.split(separator: "_").last.map { String($0.prefix(32)) } }
                + [Self.secret, right, forged]
                + [right, forged].compactMap { $0.split(separator: ".").last.map(String.init) }
            for secret in secrets { #expect(!world.daemon.log.contains(secret)) }
        }
    }
}
