import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What `TokenService` does with keys that are there.
@Suite("TokenService", .bothDoors, .timeLimit(.minutes(3)))
struct TokenServiceTests {
    private static func bearer(_ key: String) -> [Header] { [Header("authorization", "Bearer \(key)")] }

    @Test("A member lists its own keys, the newest first, page by page, without their secrets")
    func ownKeys() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                var issued: [IssueTokenResponse] = []
                for number in 0..<7 { issued.append(try await bob.issueToken(displayName: "key \(number)")) }
                var listed: [TokenMessage] = []
                var token = ""
                repeat {
                    let pageToken = token
                    let page = try await bob.listTokens {
                        $0.pageSize = 3
                        $0.pageToken = pageToken
                    }
                    listed += page.tokens
                    token = page.nextPageToken
                } while !token.isEmpty
                // The first key is that of the connection; it was used, and the others were not.
                #expect(listed.dropLast() == issued.reversed().compactMap(\.token)[...])
                let first = try #require(listed.last)
                #expect(listed.count == 8 && first.userID == world.bob.id && first.lastUseTime != nil)

                let bytes = try await bob.answer("TokenService/ListTokens", ListTokensRequest())
                let text = String(decoding: bytes, as: UTF8.self)
                for key in [world.bob.key] + issued.map(\.secret) {
                    let parts = key.split(separator: "_").map(String.init)
                    #expect(text.contains(parts[1]) && !text.contains(parts[2]))
                }
            }
        }
    }

    @Test("Revoked and expired keys are listed only when they are asked for")
    func revokedKeys() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                let issued = [try await bob.issueToken(), try await bob.issueToken(), try await bob.issueToken()]
                let (revoked, expired, good) = (
                    try #require(issued[0].token), try #require(issued[1].token), try #require(issued[2].token)
                )
                _ = try await bob.revokeToken(revoked.id)
                _ = try world.database.rows(
                    "UPDATE tokens SET expire_time = now() WHERE id = $1", [expired.id])
                let valid = try await bob.listTokens()
                #expect(valid.tokens.count == 2 && valid.tokens.first == good)
                let all = try await bob.listTokens { $0.showRevoked = true }
                #expect(all.tokens.map(\.id).prefix(3) == [good.id, expired.id, revoked.id])
                #expect(all.tokens[2].revokeTime != nil && all.tokens[1].expireTime != nil)
            }
        }
    }

    @Test("An administrator lists the keys of the tenant and no other; a member asking for somebody else's is refused")
    func keysOfOthers() async throws {
        try await World.with { world in
            try await world.speakAsAdministrator { administrator, person in
                let all = try await administrator.listTokens()
                #expect(Set(all.tokens.map(\.userID)) == [world.ada.id, world.bob.id, person.id])
                #expect(all.tokens.allSatisfy { $0.tenantID == world.ada.tenantID })
                let adas = try await administrator.listTokens { $0.filter = "user_id = \(world.ada.id)" }
                #expect(adas.tokens.map(\.userID) == [world.ada.id])
                for id in [world.carol.id, .max] {
                    let none = try await administrator.listTokens { $0.filter = "user_id = \(id)" }
                    #expect(none.tokens == [])
                }
                for filter in ["user_id", "user_id = x", "user_id = 0", "id = a", "user_id = 1 AND user_id = 2"] {
                    await expectRefusal(.invalidArgument, "FIELD_INVALID") {
                        try await administrator.listTokens { $0.filter = filter }
                    }
                }
                let token = try await administrator.listTokens { $0.pageSize = 1 }.nextPageToken
                await expectRefusal(.invalidArgument, "PAGE_TOKEN_INVALID") {
                    try await administrator.listTokens {
                        $0.pageToken = token
                        $0.showRevoked = true
                    }
                }
            }
            try await world.speak(as: world.bob) { bob in
                let own = try await bob.listTokens { $0.filter = "user_id = \(world.bob.id)" }
                #expect(own.tokens.count == 1)
                for id in [world.ada.id, world.carol.id, .max] {
                    await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                        try await bob.listTokens { $0.filter = "user_id = \(id)" }
                    }
                }
            }
            let attempts = try world.refusedAttempts()
            #expect(attempts == Array(repeating: ["TokenService.ListTokens", "\(world.bob.id)"], count: 3))
        }
    }

    @Test("A key is revoked once: again it is answered as it is, and the audit trail has one row")
    func revocation() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                let issued = try await bob.issueToken()
                let id = try #require(issued.token?.id)
                _ = try await bob.user(headers: Self.bearer(issued.secret))
                let requestID = UUIDValue.random().description
                let revoked = try await bob.revokeToken(id, requestID: requestID)
                #expect(revoked.id == id && revoked.userID == world.bob.id && revoked.revokeTime != nil)
                await expectRefusal(.unauthenticated, "TOKEN_REVOKED") {
                    try await bob.user(headers: Self.bearer(issued.secret))
                }
                for requestID in ["", requestID, UUIDValue.random().description] {
                    let again = try await bob.revokeToken(id, requestID: requestID)
                    #expect(again == revoked)
                }
                await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") {
                    try await bob.issueToken(requestID: requestID)
                }
                let rows = try world.database.rows(
                    """
                    SELECT actor_user_id, changes -> 'revoke_time' ->> 'after' <> '', changes::text
                    FROM audit_events WHERE action = 'TokenService.RevokeToken' AND object_id = $1
                    """, [id])
                #expect(rows.count == 1 && rows[0][0] == "\(world.bob.id)" && rows[0][1] == "t")
                #expect(rows[0][2]?.contains("digest") == false)
                let kept = try world.database.rows("SELECT response::text FROM request_ids")
                #expect(kept.allSatisfy { $0[0]?.contains("digest") == false })
            }
        }
    }

    @Test("A key may revoke itself: its answer comes, and nothing after it")
    func itself() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                let own = try await bob.listTokens().tokens
                let id = try #require(own.first?.id)
                let revoked = try await bob.revokeToken(id)
                #expect(revoked.revokeTime != nil)
                await expectRefusal(.unauthenticated, "TOKEN_REVOKED") { try await bob.user() }
            }
        }
    }

    @Test("A key that the caller may not see is, to the byte, as one that never was")
    func foreignKeys() async throws {
        try await World.with { world in
            func id(of person: World.Person) throws -> String {
                try #require(person.key.split(separator: "_").dropFirst().first.map(String.init))
            }
            let (adas, carols) = (try id(of: world.ada), try id(of: world.carol))
            let unknown = ["000000000000000000000000", "x", String(repeating: "x", count: 10_000)]
            try await world.speak(as: world.bob) { bob in
                try await Self.expectAlike([adas, carols] + unknown, bob)
            }
            try await world.speakAsAdministrator { administrator, _ in
                try await Self.expectAlike([carols] + unknown, administrator)
                let revoked = try await administrator.revokeToken(adas)
                #expect(revoked.userID == world.ada.id)
                await expectRefusal(.invalidArgument, "FIELD_INVALID") { try await administrator.revokeToken("") }
            }
            try await world.speak(as: world.carol) { _ = try await $0.user() }
            try await world.speakAsSystemAdministrator(in: "globex") {
                let revoked = try await $0.revokeToken(carols)
                #expect(revoked.tenantID == world.carol.tenantID)
            }
            try await world.daemon.speak { anybody in
                for person in [world.ada, world.carol] {
                    await expectRefusal(.unauthenticated, "TOKEN_REVOKED") {
                        try await anybody.user(headers: Self.bearer(person.key))
                    }
                }
            }
        }
    }

    private static func expectAlike(_ ids: [String], _ caller: Caller) async throws {
        var answers: Set<[UInt8]> = []
        for id in ids {
            await expectRefusal(.notFound, "TOKEN_NOT_FOUND") { try await caller.revokeToken(id) }
            answers.insert(try await caller.answer("TokenService/RevokeToken", RevokeTokenRequest(id: id)))
        }
        #expect(answers.count == 1)
    }
}
