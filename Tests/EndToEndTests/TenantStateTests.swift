import Testing

internal import AgentdCore
internal import Messages
internal import Synchronization
internal import TestSupport

/// A tenant that is suspended or deleted while its users have connections open.
@Suite("The state of a tenant on open connections", .bothDoors, .timeLimit(.minutes(3)))
struct TenantStateTests {
    private static let suspended = "TENANT_SUSPENDED"

    @Test("A suspended tenant's calls are refused once the change is answered, and served again after it is resumed")
    func suspension() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator { root in
                try await world.speakAsSystemAdministrator(in: "acme") { selecting in
                    try await world.speak(as: world.ada) { ada in
                        for _ in 0..<20 {
                            _ = try await ada.user()
                            _ = try await selecting.user()
                            _ = try await root.setState(.suspended, of: world.ada.tenantID)
                            for caller in [ada, selecting] {
                                await expectRefusal(.failedPrecondition, Self.suspended) { try await caller.user() }
                            }
                            await expectRefusal(.failedPrecondition, Self.suspended) { try await ada.createAgent("a") }
                            _ = try await root.setState(.active, of: world.ada.tenantID)
                        }
                        _ = try await ada.createAgent("a")
                        try await Self.expectPrecondition(ada, root, world)
                    }
                }
            }
            try await world.speak(as: world.carol) { _ = try await $0.user() }
        }
    }

    private static func expectPrecondition(_ ada: Caller, _ root: Caller, _ world: World) async throws {
        _ = try await root.setState(.suspended, of: world.ada.tenantID)
        let response = try await ada.send("UserService/WhoAmI", WhoAmIRequest())
        let details = String(decoding: response.details, as: UTF8.self)
        #expect(details.contains("google.rpc.PreconditionFailure") && details.contains("TENANT_STATE"))
    }

    @Test("A tenant comes back from deletion with everything it had")
    func undeletion() async throws {
        try await World.with { world in
            try await world.speakAsSystemAdministrator { root in
                try await world.speak(as: world.ada) { ada in
                    let agent = try await ada.createAgent("kept")
                    _ = try await root.deleteTenant(world.ada.tenantID)
                    await expectRefusal(.failedPrecondition, "TENANT_DELETED") { try await ada.getAgent(agent.id) }
                    _ = try await root.undeleteTenant(world.ada.tenantID)
                    #expect(try await ada.getAgent(agent.id) == agent)
                }
            }
        }
    }

    @Test("A tenant that was suspended when it was deleted comes back suspended, once; the audit trail shows no more")
    func undeletionOfSuspended() async throws {
        try await World.with { world in
            let id = world.ada.tenantID
            try await world.speakAsSystemAdministrator { root in
                for state in [TenantState.suspended, .active] {
                    _ = try await root.setState(state, of: id)
                    let deleted = try await root.deleteTenant(id)
                    #expect(deleted.state == TenantState.deleted.rawValue)
                    let back = try await root.undeleteTenant(id)
                    #expect(back.state == state.rawValue && back.deleteTime == nil)
                    let own = try await Self.reason { try await world.speak(as: world.ada) { try await $0.user() } }
                    #expect(own == (state == .suspended ? Self.suspended : nil))
                }
            }
            let fields = try world.database.rows(
                """
                SELECT action, (SELECT string_agg(key, ' ' ORDER BY key) FROM json_object_keys(changes) AS key)
                FROM audit_events
                WHERE action IN ('TenantService.DeleteTenant', 'TenantService.UndeleteTenant') ORDER BY id
                """)
            let expected = ["DeleteTenant", "UndeleteTenant"].map { ["TenantService.\($0)", "delete_time state"] }
            #expect(fields == expected + expected)
        }
    }

    private static func reason(_ body: () async throws -> some Any) async throws -> String? {
        do {
            _ = try await body()
            return nil
        } catch let refusal as Refusal {
            return refusal.reason
        }
    }

    @Test("A tenant is deleted while its users call: each call succeeds or is refused, and none succeeds afterwards")
    func deletionDuringCalls() async throws {
        try await World.with { world in
            let calls = CallsUntilDeletion()
            let neighbours = Counter()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for person in [world.ada, world.bob, world.ada, world.bob] {
                    group.addTask { try await world.speak(as: person) { try await calls.run($0) } }
                }
                group.addTask {
                    try await world.speak(as: world.carol) { carol in
                        while !calls.isDeleted || neighbours.value < 400 {
                            _ = try await carol.createAgent("neighbour")
                            _ = neighbours.next()
                        }
                    }
                }
                try await waitUntil { calls.tally.succeeded >= 400 && neighbours.value >= 50 }
                try await world.speakAsSystemAdministrator { _ = try await $0.deleteTenant(world.ada.tenantID) }
                calls.deletionIsAnswered()
                try await group.waitForAll()
            }
            #expect(calls.tally.tooLate == 0)
            #expect(calls.tally.unexpected == [])
            #expect(calls.tally.refused >= 4)
        }
    }
}

/// Calls that are made on and on, until one was sent after the deletion of their tenant was answered.
private final class CallsUntilDeletion: Sendable {
    struct Tally: Sendable {
        var succeeded = 0
        var refused = 0
        /// Answered with a success although they were sent after the tenant was said to be deleted.
        var tooLate = 0
        var unexpected: [String] = []
    }

    private let state = Mutex(Tally())
    private let deleted = Atomic(false)

    var tally: Tally { state.withLock { $0 } }
    var isDeleted: Bool { deleted.load(ordering: .sequentiallyConsistent) }

    func deletionIsAnswered() { deleted.store(true, ordering: .sequentiallyConsistent) }

    func run(_ caller: Caller) async throws {
        for number in 0... {
            let wasDeleted = isDeleted
            do {
                switch number % 3 {
                case 0: _ = try await caller.createAgent("a")
                case 1: _ = try await caller.list(ListAgentsRequest())
                default: _ = try await caller.user()
                }
                state.withLock {
                    $0.succeeded += 1
                    if wasDeleted { $0.tooLate += 1 }
                }
            } catch let refusal as Refusal {
                state.withLock {
                    $0.refused += 1
                    if refusal.reason != "TENANT_DELETED" { $0.unexpected.append("\(refusal)") }
                }
            }
            if wasDeleted { return }
        }
    }
}
