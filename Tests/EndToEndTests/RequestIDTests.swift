import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

@Suite("Request ids", .bothDoors, .timeLimit(.minutes(2)))
struct RequestIDTests {
    private static func newID() -> String { UUIDValue.random().description }

    @Test("The same id and payload give the first answer and have one effect")
    func repeated() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                let id = Self.newID()
                let first = try await ada.createAgent("a", requestID: id)
                _ = try await ada.update(first.id) { $0.name = "changed since" }
                let again = try await ada.createAgent("a", requestID: id)
                #expect(again == first)

                let updateID = Self.newID()
                let updated = try await ada.update(first.id, requestID: updateID) { $0.description = "d" }
                let updatedAgain = try await ada.update(first.id, requestID: updateID) { $0.description = "d" }
                #expect(updatedAgain == updated)

                var delete = DeleteAgentRequest(id: first.id)
                delete.requestID = Self.newID()
                let deleted: AgentMessage = try await ada.call("AgentService/DeleteAgent", delete)
                let deletedAgain: AgentMessage = try await ada.call("AgentService/DeleteAgent", delete)
                #expect(deletedAgain == deleted)

                var undelete = UndeleteAgentRequest(id: first.id)
                undelete.requestID = Self.newID()
                let undeleted: AgentMessage = try await ada.call("AgentService/UndeleteAgent", undelete)
                let undeletedAgain: AgentMessage = try await ada.call("AgentService/UndeleteAgent", undelete)
                #expect(undeletedAgain == undeleted)
            }
            let counts = try world.database.rows(
                "SELECT (SELECT count(*) FROM agents), (SELECT count(*) FROM audit_events WHERE object_type = 'agent')")
            #expect(counts == [["1", "5"]])
        }
    }

    @Test("The same id with another payload, or for another method, is refused and changes nothing")
    func reused() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                let id = Self.newID()
                let first = try await ada.createAgent("a", requestID: id)
                await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") {
                    try await ada.createAgent("b", requestID: id)
                }
                await expectRefusal(.invalidArgument, "REQUEST_ID_REUSED") {
                    try await ada.update(first.id, requestID: id) { $0.name = "c" }
                }
                let kept = try await ada.getAgent(first.id)
                #expect(kept == first)
            }
            #expect(try world.database.rows("SELECT count(*) FROM agents") == [["1"]])
        }
    }

    @Test("Ids are each caller's own")
    func otherCallers() async throws {
        try await World.with { world in
            let id = Self.newID()
            var agents: [AgentMessage] = []
            for person in [world.ada, world.bob, world.carol] {
                agents.append(try await world.speak(as: person) { try await $0.createAgent("a", requestID: id) })
            }
            #expect(agents.map(\.ownerID) == [world.ada.id, world.bob.id, world.carol.id])
        }
    }

    @Test("Twenty calls with one id at the same moment: one effect, and the same answer for all")
    func concurrent() async throws {
        try await World.with { world in
            try await world.speak(as: world.ada) { ada in
                let id = Self.newID()
                let agents = try await withThrowingTaskGroup(of: AgentMessage.self) { group in
                    for _ in 0..<20 { group.addTask { try await ada.createAgent("a", requestID: id) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(agents.count == 20 && agents.allSatisfy { $0 == agents[0] })
            }
            #expect(try world.database.rows("SELECT count(*) FROM agents") == [["1"]])
        }
    }

    @Test("A key that was issued under a request id is given again to the same bearer, and to nobody else")
    func issuedKeys() async throws {
        try await World.with { world in
            var issue = IssueTokenRequest()
            issue.requestID = Self.newID()
            let first: IssueTokenResponse = try await world.speak(as: world.ada) {
                try await $0.call("TokenService/IssueToken", issue)
            }
            let again: IssueTokenResponse = try await world.speak(as: world.ada) {
                try await $0.call("TokenService/IssueToken", issue)
            }
            #expect(again == first)
            let newKey = World.Person(id: world.ada.id, tenantID: world.ada.tenantID, key: first.secret)
            try await world.speak(as: newKey) { ada in
                await expectRefusal(.failedPrecondition, "SECRET_UNAVAILABLE") {
                    try await ada.call("TokenService/IssueToken", issue, as: IssueTokenResponse.self)
                }
            }
            let stored = try world.database.rows("SELECT response::text FROM request_ids WHERE method = 'IssueToken'")
            #expect(stored.count == 1 && stored[0][0]?.contains(first.secret) == false)
        }
    }
}
