import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// What happens to the users of a tenant when several changes come at the same moment.
@Suite("Changes of users at the same moment", .timeLimit(.minutes(5)))
struct UserRaceTests {
    private static let rounds = 20
    /// Each event loop stands for a replica: it has connections to the database of its own, where the changes meet.
    private static let loops = ["AGENTD_EVENT_LOOPS": "4"]

    /// The reason of a refusal; nil for a success.
    @Sendable private static func refusal(of body: () async throws -> UserMessage) async throws -> String? {
        do {
            _ = try await body()
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    private static func activeAdministrators(_ world: World) throws -> [Int64] {
        try world.database.rows(
            """
            SELECT id FROM users
            WHERE tenant_id = $1::uuid AND role = 'tenant_admin' AND is_active AND delete_time IS NULL ORDER BY id
            """, [world.ada.tenantID]
        ).compactMap { $0[0].flatMap { Int64($0) } }
    }

    @Test(
        "Two administrators who demote or deactivate each other: one stays, each time",
        arguments: ["role", "is_active"])
    func mutualDemotion(field: String) async throws {
        try await World.with(settings: Self.loops) { world in
            let first = try await world.makeAdministrator("one@acme.example")
            let second = try await world.makeAdministrator("two@acme.example")
            try await world.speakAsSystemAdministrator(in: "acme") { restorer in
                try await world.speak(as: first) { one in
                    try await world.speak(as: second) { two in
                        for round in 0..<Self.rounds {
                            @Sendable func remove(_ id: Int64, _ caller: Caller) async throws -> String? {
                                try await Self.refusal {
                                    try await caller.updateUser(id, mask: [field]) { $0.role = Role.member.rawValue }
                                }
                            }
                            async let ofSecond = remove(second.id, one)
                            async let ofFirst = remove(first.id, two)
                            let refusals = try await [ofSecond, ofFirst]
                            #expect(refusals.count { $0 == nil } == 1, "round \(round): \(refusals)")
                            // The later one is refused for what the earlier one left, or for what it is itself by now.
                            let allowed = ["LAST_ADMINISTRATOR", "ROLE_REQUIRED", "USER_INACTIVE"]
                            #expect(refusals.compactMap(\.self).allSatisfy { allowed.contains($0) })
                            let left = try Self.activeAdministrators(world)
                            #expect(left.count == 1, "round \(round)")
                            for person in [first, second] {
                                _ = try await restorer.updateUser(person.id, mask: ["role", "is_active"]) {
                                    $0.role = Role.tenantAdministrator.rawValue
                                    $0.isActive = true
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("Two administrators who delete each other: one stays, each time")
    func mutualDeletion() async throws {
        try await World.with(settings: Self.loops) { world in
            var survivor = try await world.makeAdministrator("first@acme.example")
            for round in 0..<Self.rounds {
                let newcomer = try await world.makeAdministrator("newcomer\(round)@acme.example")
                let pair = [survivor, newcomer]
                let refusals = try await world.speak(as: survivor) { one in
                    try await world.speak(as: newcomer) { two in
                        async let first = Self.refusal { try await one.deleteUser(pair[1].id) }
                        async let second = Self.refusal { try await two.deleteUser(pair[0].id) }
                        return try await [first, second]
                    }
                }
                #expect(refusals.count { $0 == nil } == 1, "round \(round): \(refusals)")
                let left = try Self.activeAdministrators(world)
                #expect(left.count == 1)
                survivor = try #require(pair.first { left.contains($0.id) })
            }
        }
    }

    @Test("Fifty users at the same moment in a tenant with room for ten: ten are created")
    func limit() async throws {
        try await World.with(settings: Self.loops) { world in
            // Ada and Bob are there.
            try world.database.execute("UPDATE tenants SET max_users = 12 WHERE slug = 'acme'")
            let callers = 5
            let reasons = try await withThrowingTaskGroup(of: [String?].self) { group in
                for number in 0..<callers {
                    group.addTask {
                        try await world.speakAsSystemAdministrator(in: "acme") { caller in
                            try await withThrowingTaskGroup(of: String?.self) { calls in
                                for call in 0..<50 / callers {
                                    calls.addTask {
                                        try await Self.refusal {
                                            try await caller.createUser("u\(number)-\(call)@acme.example")
                                        }
                                    }
                                }
                                return try await calls.reduce(into: []) { $0.append($1) }
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(reasons.count { $0 == nil } == 10)
            #expect(reasons.count { $0 == "QUOTA_USERS" } == 40)
            let users = try world.database.rows(
                "SELECT count(*) FROM users WHERE tenant_id = $1::uuid", [world.ada.tenantID])
            #expect(users == [["12"]])
            try await Self.expectRoomForOne(world)
        }
    }

    /// Deactivated users count as well, so that activating them again needs no room; deleted ones do not.
    private static func expectRoomForOne(_ world: World) async throws {
        try await world.speakAsSystemAdministrator(in: "acme") { administrator in
            _ = try await administrator.setActive(false, of: world.ada.id)
            await expectRefusal(.resourceExhausted, "QUOTA_USERS") {
                try await administrator.createUser("late@acme.example")
            }
            _ = try await administrator.setActive(true, of: world.ada.id)
            _ = try await administrator.deleteUser(world.bob.id)
            let requestID = UUIDValue.random().description
            let created = try await administrator.createUser("late@acme.example", requestID: requestID)
            do {
                _ = try await administrator.createUser("later@acme.example")
                Issue.record("the limit was passed")
            } catch let refusal as Refusal {
                #expect(refusal.code == .resourceExhausted && refusal.reason == "QUOTA_USERS")
                #expect(refusal.status.retryAfterMilliseconds == 60_000)
                #expect(refusal.status.message.contains("max_users"))
            }
            // What was created before is answered again, full or not.
            let again = try await administrator.createUser("late@acme.example", requestID: requestID)
            #expect(again == created)
        }
    }

    @Test("A user that is deleted while it calls is served up to the deletion, and not once it was answered")
    func deletionUnderCalls() async throws {
        try await World.with(settings: Self.loops) { world in
            try await world.speakAsAdministrator { administrator, _ in
                try await world.speak(as: world.bob) { bob in
                    let served = Counter()
                    async let end = Self.callUntilRefused(bob, served)
                    try await waitUntil { served.value > 20 }
                    _ = try await administrator.deleteUser(world.bob.id)
                    // A call that begins from here on is refused.
                    let after = try await Self.refusal { try await bob.user() }
                    #expect(["TOKEN_REVOKED", "USER_INACTIVE"].contains(after))
                    let reason = try await end
                    #expect(["TOKEN_REVOKED", "USER_INACTIVE"].contains(reason))
                }
            }
        }
    }

    private static func callUntilRefused(_ caller: Caller, _ served: Counter) async throws -> String {
        while true {
            if let reason = try await refusal(of: { try await caller.user() }) { return reason }
            _ = served.next()
        }
    }
}
