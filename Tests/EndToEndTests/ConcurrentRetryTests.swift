import Testing

internal import AgentdCore
internal import Messages
internal import Postgres
internal import TestSupport

/// A client that lost its connection tries again at another replica while its first request still runs. A lock of
/// somebody else holds both up until both have looked for an earlier answer in vain.
@Suite("One request that runs on two replicas at once", .timeLimit(.minutes(3)))
struct ConcurrentRetryTests {
    private struct Replicas {
        let world: World
        let team: TenantTeam
        let roots: [Caller]
        let bosses: [Caller]
    }

    private static func with(_ body: (Replicas) async throws -> Void) async throws {
        try await World.with { world in
            let team = try await world.speakAsSystemAdministrator { try await TenantTeam.make("retry", by: $0) }
            let root = world.systemAdministrator
            try await Daemon.with(world.database) { other in
                try await RawConnection.with(world.daemon.port, token: root) { first in
                    try await RawConnection.with(other.port, token: root) { second in
                        try await RawConnection.with(world.daemon.port, token: team.administrator.key) { third in
                            try await RawConnection.with(other.port, token: team.administrator.key) { fourth in
                                try await body(
                                    Replicas(
                                        world: world, team: team, roots: [Caller(first), Caller(second)],
                                        bosses: [Caller(third), Caller(fourth)]))
                            }
                        }
                    }
                }
            }
        }
    }

    /// Makes a change on both replicas under one request id while something stands in its way, and expects one answer.
    /// - Parameter obstacle: SQL whose locks the change waits for; it is rolled back.
    private static func both<Answer: Equatable & Sendable>(
        _ callers: [Caller], _ database: TestDatabase, behind obstacle: String,
        _ change: @escaping @Sendable (Caller, String) async throws -> Answer
    ) async throws -> Answer {
        let requestID = UUIDValue.random().description
        let connection = try ScriptConnection(conninfo: database.owner, applicationName: "obstacle")
        try connection.execute("BEGIN; \(obstacle)")
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for caller in callers { group.addTask { try await change(caller, requestID) } }
            try await waitUntil { try Self.waiting(database) == callers.count }
            try connection.execute("ROLLBACK")
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == callers.count && answers.allSatisfy { $0 == answers.first })
        return try #require(answers.first)
    }

    private static func waiting(_ database: TestDatabase) throws -> Int {
        let rows = try database.rows(
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'active' AND wait_event_type = 'Lock'
            """)
        return rows.first?.first.flatMap { $0.flatMap { Int($0) } } ?? 0
    }

    @Test("Creating, updating, deleting and undeleting a tenant each have one effect and one answer")
    func lifeOfTenant() async throws {
        try await Self.with { replicas in
            let (database, roots) = (replicas.world.database, replicas.roots)
            let created = try await Self.both(
                roots, database, behind: "INSERT INTO tenants (slug, display_name) VALUES ('twice', '')"
            ) { root, requestID in
                try await root.createTenant(requestID: requestID) { $0.slug = "twice" }
            }
            let lock = "SELECT FROM tenants WHERE id = '\(created.id)' FOR UPDATE"
            let updated = try await Self.both(roots, database, behind: lock) { root, requestID in
                try await root.updateTenant(created.id, requestID: requestID) {
                    $0.displayName = "x"
                    $0.etag = created.etag
                }
            }
            _ = try await Self.both(roots, database, behind: lock) { root, requestID in
                try await root.deleteTenant(created.id, etag: updated.etag, requestID: requestID)
            }
            let undeleted = try await Self.both(roots, database, behind: lock) { root, requestID in
                try await root.undeleteTenant(created.id, requestID: requestID)
            }
            #expect(undeleted.etag == "r4")
            #expect(try replicas.world.trail(of: created.id).count == 4)
        }
    }

    @Test("What a tenant changes of itself has one effect and one answer")
    func ownChanges() async throws {
        try await Self.with { replicas in
            let (database, id) = (replicas.world.database, replicas.team.id)
            let lock = "SELECT FROM tenants WHERE id = '\(id)' FOR UPDATE"
            let renamed = try await Self.both(replicas.bosses, database, behind: lock) { boss, requestID in
                try await boss.updateCurrentTenant(requestID: requestID) {
                    $0.displayName = "x"
                    $0.etag = "r1"
                }
            }
            let settings = try await Self.both(replicas.bosses, database, behind: lock) { boss, requestID in
                try await boss.updateTenantSettings(
                    ["default_page_size": "7"], etag: renamed.etag, requestID: requestID)
            }
            #expect(settings.etag == "r3")
            #expect(try replicas.world.trail(of: id).count == 3)
        }
    }

    @Test("Updating, deleting and undeleting an agent each have one effect and one answer")
    func lifeOfAgent() async throws {
        try await Self.with { replicas in
            let database = replicas.world.database
            let agent = try await replicas.bosses[0].createAgent("agent")
            let lock = "SELECT FROM agents WHERE id = \(agent.id) FOR UPDATE"
            let updated = try await Self.both(replicas.bosses, database, behind: lock) { boss, requestID in
                var change = AgentMessage()
                change.id = agent.id
                change.etag = agent.etag
                change.name = "renamed"
                var request = UpdateAgentRequest()
                request.agent = change
                request.requestID = requestID
                return try await boss.call("AgentService/UpdateAgent", request, as: AgentMessage.self)
            }
            _ = try await Self.both(replicas.bosses, database, behind: lock) { boss, requestID in
                var request = DeleteAgentRequest(id: agent.id)
                request.etag = updated.etag
                request.requestID = requestID
                return try await boss.call("AgentService/DeleteAgent", request, as: AgentMessage.self)
            }
            let undeleted = try await Self.both(replicas.bosses, database, behind: lock) { boss, requestID in
                var request = UndeleteAgentRequest(id: agent.id)
                request.requestID = requestID
                return try await boss.call("AgentService/UndeleteAgent", request, as: AgentMessage.self)
            }
            #expect(undeleted.etag == "r4")
        }
    }
}
