import Testing

internal import AgentdCore
internal import Foundation
internal import Messages
internal import TestSupport

/// Calls that take their time, held up by a lock in the database.
@Suite("Calls in flight", .timeLimit(.minutes(2)))
struct CallsInFlightTests {
    /// Connections enough that calls which are held up do not stand in another one's way, once they count as slow.
    private static let roomy = ["AGENTD_DB_CONNECTIONS": "6"]

    @Test("Answers come in the order in which they are ready")
    func outOfOrder() async throws {
        try await World.with(settings: Self.roomy) { world in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("a")
                let lock = try TableLock(world.database)
                try await ada.connection.get(agent.id, id: 101)
                try await lock.waitForBlocked(1)
                try await ada.connection.request(102, "UserService/WhoAmI", WhoAmIRequest())
                let early = try await ada.connection.nextResponse()
                #expect(early.id == 102)
                #expect(try WhoAmIResponse(decoding: early.message).user?.id == world.ada.id)
                try lock.release()
                let late = try await ada.connection.nextResponse()
                #expect(late.id == 101)
                #expect(try AgentMessage(decoding: late.message) == agent)
            }
        }
    }

    @Test("Cancel answers CANCELLED, and the id may be used again at once: it gets the new call's answer, once")
    func cancel() async throws {
        try await World.with(settings: Self.roomy) { world in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("a")
                let lock = try TableLock(world.database)
                try await ada.connection.get(agent.id, id: 101)
                try await lock.waitForBlocked(1)
                try await ada.connection.send(.cancel(id: 101))
                try await ada.connection.request(101, "UserService/WhoAmI", WhoAmIRequest())
                let cancelled = try await ada.connection.nextResponse()
                #expect(cancelled.id == 101)
                #expect(try cancelled.outcome == "CANCELLED CANCELLED")
                let answered = try await ada.connection.nextResponse()
                #expect(answered.id == 101)
                #expect(try WhoAmIResponse(decoding: answered.message).user?.id == world.ada.id)
                // The first call is found to be over only now; nobody is told.
                try lock.release()
                #expect(try await ada.getAgent(agent.id) == agent)
                try await ada.connection.expectSilence()
            }
        }
    }

    @Test("A call that was cancelled before its turn has no effect")
    func cancelledWrite() async throws {
        let settings = [
            "AGENTD_DB_CONNECTIONS": "1", "AGENTD_DB_WRITE_CONNECTIONS": "0", "AGENTD_DB_PIPELINE_DEPTH": "1",
        ]
        try await World.with(settings: settings) { world in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("a")
                let lock = try TableLock(world.database)
                try await ada.connection.get(agent.id, id: 101)
                try await lock.waitForBlocked(1)
                try await ada.connection.request(102, "AgentService/CreateAgent", Self.create("cancelled"))
                try await ada.connection.send(.cancel(id: 102))
                let cancelled = try await ada.connection.nextResponse()
                #expect(cancelled.id == 102)
                #expect(try cancelled.outcome == "CANCELLED CANCELLED")
                try lock.release()
                #expect(try await ada.connection.nextResponse().id == 101)
                // It comes after whatever else was waiting.
                _ = try await ada.createAgent("after")
                #expect(try world.database.rows("SELECT name FROM agents ORDER BY id") == [["a"], ["after"]])
            }
        }
    }

    private static func create(_ name: String) -> CreateAgentRequest {
        var agent = AgentMessage()
        agent.name = name
        agent.agentType = AgentType.research.rawValue
        var request = CreateAgentRequest()
        request.agent = agent
        return request
    }

    @Test("Calls are answered DEADLINE_EXCEEDED when their own time has come, and others wait on")
    func deadlines() async throws {
        try await World.with(settings: Self.roomy) { world in
            try await world.speak(as: world.ada) { ada in
                let agent = try await ada.createAgent("a")
                let lock = try TableLock(world.database)
                try await ada.connection.get(agent.id, id: 101)
                try await ada.connection.get(agent.id, id: 102, timeout: 2_000)
                try await ada.connection.get(agent.id, id: 103, timeout: 300)
                for id in [103, 102] as [UInt64] {
                    let expired = try await ada.connection.nextResponse()
                    #expect(expired.id == id)
                    #expect(try expired.outcome == "DEADLINE_EXCEEDED DEADLINE_EXCEEDED")
                }
                try lock.release()
                let answered = try await ada.connection.nextResponse()
                #expect(answered.id == 101)
                #expect(try answered.outcome == "OK")
                try await ada.connection.expectSilence()
            }
        }
    }

    @Test("A change whose time ran out has no effect: neither one that waited to be sent nor one that was under way")
    func expiredWrite() async throws {
        let settings = [
            "AGENTD_DB_CONNECTIONS": "1", "AGENTD_DB_WRITE_CONNECTIONS": "0", "AGENTD_DB_PIPELINE_DEPTH": "1",
        ]
        try await World.with(settings: settings) { world in
            try await world.speak(as: world.ada) { ada in
                _ = try await ada.createAgent("before")
                let lock = try TableLock(world.database)
                let method = "AgentService/CreateAgent"
                try await ada.connection.request(101, method, Self.create("under way"), timeout: 2_000)
                try await lock.waitForBlocked(1)
                try await ada.connection.request(102, method, Self.create("waiting"), timeout: 300)
                for id in [102, 101] as [UInt64] {
                    let expired = try await ada.connection.nextResponse()
                    #expect(expired.id == id)
                    #expect(try expired.outcome == "DEADLINE_EXCEEDED DEADLINE_EXCEEDED")
                }
                // PostgreSQL has given up what was under way, too.
                try await lock.waitForBlocked(0)
                try lock.release()
                _ = try await ada.createAgent("after")
                #expect(try world.database.rows("SELECT name FROM agents ORDER BY id") == [["before"], ["after"]])
            }
        }
    }

    @Test("After a GoAway what is in flight is answered, what comes later is not done, and the connection ends")
    func goAway() async throws {
        try await World.with(settings: Self.roomy) { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("a") }
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                let lock = try TableLock(world.database)
                try await connection.get(agent.id, id: 9)
                try await connection.get(agent.id, id: 4)
                try await lock.waitForBlocked(1)
                try await connection.get(agent.id, id: 0)
                #expect(try await connection.goAway() == .init(reason: "REQUEST_ID_ZERO", lastID: 9))
                try await connection.request(10, "TokenService/IssueToken", IssueTokenRequest())
                try lock.release()
                var answered: Set<UInt64> = []
                for _ in 0..<2 {
                    let response = try await connection.nextResponse()
                    #expect(try response.outcome == "OK")
                    answered.insert(response.id)
                }
                #expect(answered == [4, 9])
                try await connection.expectEnd()
            }
            #expect(
                try world.database.rows("SELECT count(*) FROM tokens WHERE user_id = $1", ["\(world.ada.id)"]) == [
                    ["1"]
                ])
        }
    }

    @Test("A daemon that stops says so, answers what is in flight, refuses what still comes, and ends well")
    func draining() async throws {
        try await World.with(settings: Self.roomy) { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("a") }
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { connection in
                let lock = try TableLock(world.database)
                try await connection.get(agent.id, id: 7)
                try await lock.waitForBlocked(1)
                world.daemon.signal(SIGTERM)
                #expect(try await connection.goAway() == .init(reason: "DRAINING", lastID: 7))
                try await connection.get(agent.id, id: 8)
                let refused = try await connection.nextResponse()
                #expect(refused.id == 8)
                #expect(try refused.outcome == "UNAVAILABLE DRAINING")
                #expect(try Refusal(refused).status.retryAfterMilliseconds != nil)
                try lock.release()
                let answered = try await connection.nextResponse()
                #expect(answered.id == 7)
                #expect(try AgentMessage(decoding: answered.message) == agent)
                try await connection.expectEnd()
            }
            #expect(await world.daemon.exitCode() == 0)
        }
    }

    @Test("A connection that is silent is ended; one with a call in flight is not silent")
    func idle() async throws {
        let settings = Self.roomy.merging(["AGENTD_IDLE_TIMEOUT": "3s"]) { $1 }
        try await World.with(settings: settings) { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("a") }
            try await RawConnection.with(world.daemon.port, token: world.ada.key) { busy in
                let lock = try TableLock(world.database)
                try await busy.get(agent.id, id: 1)
                try await lock.waitForBlocked(1)
                // It begins to be silent after the other one did.
                try await RawConnection.with(world.daemon.port, token: world.ada.key) { silent in
                    try await World.expectServed(Caller(silent), email: "ada@acme.example")
                    #expect(try await silent.goAway() == .init(reason: "IDLE", lastID: 1))
                    try await silent.expectEnd()
                }
                try lock.release()
                #expect(try await busy.nextResponse().outcome == "OK")
                #expect(try await busy.goAway() == .init(reason: "IDLE", lastID: 1))
            }
        }
    }
}
