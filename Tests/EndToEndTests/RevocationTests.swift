import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// Two replicas on one database: what changes through one of them must soon hold at the other, on connections that are
/// open already.
@Suite("Revocation", .bothDoors, .timeLimit(.minutes(2)))
struct RevocationTests {
    /// What is promised while notifications arrive, and when they do not.
    private static let promised = Duration.seconds(2)
    private static let promisedWithoutNotifications = Duration.seconds(30)

    /// What somebody with a role changes, and how the calls of Bob end after it.
    private struct Change: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let code: StatusCode
        let reason: String
        /// By the system administrator, through the first replica.
        let make: @Sendable (World, Caller) async throws -> Void

        static let all = [
            Change(testDescription: "his key is revoked", code: .unauthenticated, reason: "TOKEN_REVOKED") {
                world, administrator in
                _ = try await administrator.call(
                    "TokenService/RevokeToken", RevokeTokenRequest(id: world.bob.keyID), headers: world.inAcme,
                    as: TokenMessage.self)
            },
            Change(testDescription: "he is deactivated", code: .unauthenticated, reason: "USER_INACTIVE") {
                world, administrator in
                var user = UserMessage()
                user.id = world.bob.id
                var request = UpdateUserRequest()
                request.user = user
                request.updateMask = ["is_active"]
                _ = try await administrator.call(
                    "UserService/UpdateUser", request, headers: world.inAcme, as: UserMessage.self)
            },
            Change(testDescription: "he is deleted", code: .unauthenticated, reason: "TOKEN_REVOKED") {
                world, administrator in
                _ = try await administrator.call(
                    "UserService/DeleteUser", DeleteUserRequest(id: world.bob.id), headers: world.inAcme,
                    as: UserMessage.self)
            },
            Change(testDescription: "his tenant is suspended", code: .failedPrecondition, reason: "TENANT_SUSPENDED") {
                world, administrator in
                var tenant = TenantMessage()
                tenant.id = world.bob.tenantID
                tenant.state = TenantState.suspended.rawValue
                var request = UpdateTenantRequest()
                request.tenant = tenant
                request.updateMask = ["state"]
                _ = try await administrator.call("TenantService/UpdateTenant", request, as: TenantMessage.self)
            },
            Change(testDescription: "his tenant is deleted", code: .failedPrecondition, reason: "TENANT_DELETED") {
                world, administrator in
                _ = try await administrator.call(
                    "TenantService/DeleteTenant", DeleteTenantRequest(id: world.bob.tenantID), as: TenantMessage.self)
            },
        ]
    }

    @Test(
        "After a change that ends Bob's calls, the replica that made it refuses at once and the other within 2 s",
        arguments: Change.all)
    private func everyReplica(_ change: Change) async throws {
        try await Self.withTwoReplicas { world, other in
            try await Self.speakAsBob(world, other) { here, there in
                let clock = ContinuousClock()
                try await world.speakAsSystemAdministrator { try await change.make(world, $0) }
                let start = clock.now
                await expectRefusal(change.code, change.reason) { try await here.whoAmI() }
                let refusal = try await Self.refusal(of: there)
                #expect(clock.now - start < Self.promised)
                #expect(refusal.code == change.code && refusal.reason == change.reason, "\(refusal)")
            }
        }
    }

    @Test("A replica that does not listen notices within 30 s, although it believes tokens for as long as it may")
    func withoutNotifications() async throws {
        try await Self.withTwoReplicas(other: ["AGENTD_DB_NOTIFICATIONS": "false", "AGENTD_TOKEN_RECHECK": "30s"]) {
            world, other in
            try await Self.speakAsBob(world, other) { _, there in
                let clock = ContinuousClock()
                try await world.speakAsSystemAdministrator { try await Change.all[0].make(world, $0) }
                let start = clock.now
                #expect(try await Self.refusal(of: there).reason == "TOKEN_REVOKED")
                #expect(clock.now - start < Self.promisedWithoutNotifications)
            }
        }
    }

    @Test("When the connection that listens ends, it comes back, and nothing that happened meanwhile is missed")
    func endedListener() async throws {
        try await Self.withTwoReplicas { world, other in
            try await Self.speakAsBob(world, other) { _, there in
                let listeners = try Self.listeners(of: world.database)
                #expect(listeners.count == 2)
                // The triggers are off, so that nothing but the new beginning can tell.
                try world.database.execute(
                    """
                    ALTER TABLE tokens DISABLE TRIGGER announce_change;
                    UPDATE tokens SET revoke_time = now() WHERE user_id = \(world.bob.id);
                    ALTER TABLE tokens ENABLE TRIGGER announce_change;
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'agentd listener' AND datname = current_database();
                    """)
                #expect(try await Self.refusal(of: there).reason == "TOKEN_REVOKED")
                try await waitUntil {
                    let now = try Self.listeners(of: world.database)
                    return now.count == 2 && Set(now).isDisjoint(with: listeners)
                }
                #expect(other.log.contains("Changes made elsewhere are not heard"))
            }
        }
    }

    @Test(
        "A listener that has gone deaf without a word is noticed, and until it hears again tokens are believed briefly")
    func deafListener() async throws {
        try await World.withOwnCluster { world, _ in
            try await waitUntil { try Self.listeners(of: world.database).count == 1 }
            let first = try Self.listeners(of: world.database)
            try await Daemon.with(world.database) { other in
                try await waitUntil { try Self.listeners(of: world.database).count == 2 }
                let deaf = try Self.listeners(of: world.database).filter { !first.contains($0) }
                try await Self.speakAsBob(world, other) { _, there in
                    for backend in deaf { kill(backend, SIGSTOP) }
                    defer { for backend in deaf { kill(backend, SIGCONT) } }
                    let clock = ContinuousClock()
                    let start = clock.now
                    try await world.speakAsSystemAdministrator { try await Change.all[0].make(world, $0) }
                    #expect(try await Self.refusal(of: there).reason == "TOKEN_REVOKED")
                    #expect(clock.now - start < Self.promisedWithoutNotifications)
                }
            }
        }
    }

    @Test("A tenant that resumes is served again by every replica within 2 s")
    func resumed() async throws {
        try await Self.withTwoReplicas { world, other in
            try await Self.speakAsBob(world, other) { here, there in
                try await world.speakAsSystemAdministrator { administrator in
                    try await Change.all[3].make(world, administrator)
                    _ = try await Self.refusal(of: there)
                    var tenant = TenantMessage()
                    tenant.id = world.bob.tenantID
                    tenant.state = TenantState.active.rawValue
                    var request = UpdateTenantRequest()
                    request.tenant = tenant
                    request.updateMask = ["state"]
                    _ = try await administrator.call("TenantService/UpdateTenant", request, as: TenantMessage.self)
                }
                let clock = ContinuousClock()
                let start = clock.now
                _ = try await here.whoAmI()
                try await waitUntil {
                    do {
                        _ = try await there.whoAmI()
                        return true
                    } catch is Refusal {
                        return false
                    }
                }
                #expect(clock.now - start < Self.promised)
            }
        }
    }
}

// MARK: Two replicas

extension RevocationTests {
    private static func withTwoReplicas(
        other settings: [String: String] = [:], _ body: (World, Daemon) async throws -> Void
    ) async throws {
        try await World.with { world in
            try await Daemon.with(world.database, settings: settings) { other in
                let listening = settings["AGENTD_DB_NOTIFICATIONS"] == "false" ? 1 : 2
                try await waitUntil { try listeners(of: world.database).count == listening }
                try await body(world, other)
            }
        }
    }

    /// Bob on an open connection to each replica, known to both.
    private static func speakAsBob(
        _ world: World, _ other: Daemon, _ body: (Caller, Caller) async throws -> Void
    ) async throws {
        try await world.speak(as: world.bob) { here in
            try await other.speak(token: world.bob.key) { there in
                _ = try await here.whoAmI()
                _ = try await there.whoAmI()
                try await body(here, there)
            }
        }
    }

    /// Calls until a call is refused.
    private static func refusal(of caller: Caller) async throws -> Refusal {
        while true {
            try Task.checkCancellation()
            do {
                _ = try await caller.whoAmI()
                try await Task.sleep(for: .milliseconds(5))
            } catch let refusal as Refusal {
                return refusal
            }
        }
    }

    private static func listeners(of database: TestDatabase) throws -> [pid_t] {
        try database.rows(
            """
            SELECT pid FROM pg_stat_activity
            WHERE state = 'idle' AND application_name = 'agentd listener' AND datname = $1
                AND query LIKE '%agentd_identity%'
            """, [database.name]
        ).compactMap { row in row[0].flatMap { pid_t($0) } }
    }
}

extension World {
    /// Selects the first tenant.
    fileprivate var inAcme: [Header] { [Header("x-agentd-tenant", bob.tenantID)] }
}

extension Caller {
    fileprivate func whoAmI() async throws -> WhoAmIResponse { try await call("UserService/WhoAmI", WhoAmIRequest()) }
}
