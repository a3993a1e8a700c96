import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Both doors lead to the same: what is refused is refused alike, to the byte, and what is answered is answered alike.
@Suite("Agreement of the doors", .sharedWorld(), .timeLimit(.minutes(2)))
struct DoorAgreementTests {
    /// Makes a call over each door.
    /// - Returns: The answer, if it is the same over both.
    @discardableResult
    private static func agreed(
        sourceLocation: SourceLocation = #_sourceLocation, _ call: (Door) async throws -> CallAnswer
    ) async throws -> CallAnswer {
        let framed = try await call(.framed)
        let grpc = try await call(.grpc)
        let outcomes = "\(try framed.outcome) over the framed door, \(try grpc.outcome) over the gRPC door"
        #expect(framed.code == grpc.code, "\(outcomes)", sourceLocation: sourceLocation)
        #expect(framed.error == grpc.error, "\(outcomes)", sourceLocation: sourceLocation)
        #expect(framed.details == grpc.details, "\(outcomes)", sourceLocation: sourceLocation)
        #expect(framed.message == grpc.message, "\(outcomes)", sourceLocation: sourceLocation)
        return framed
    }

    @Test(
        "What is wrong is refused with the same code, reason and details, and the connection goes on",
        arguments: WrongInput.ofCalls + WrongInput.ofMessages)
    func wrongInput(_ input: WrongInput) async throws {
        let world = try World.shared
        let answer = try await Self.agreed { try await input.send(to: world, over: $0) }
        #expect(try answer.outcome == input.outcome)
        #expect(!answer.error.isEmpty && answer.message.isEmpty)
    }

    /// A call about an agent, by somebody.
    private typealias Call = (name: String, person: World.Person, method: String, message: [UInt8])

    @Test("What may not be done to an agent is refused alike")
    func agents() async throws {
        let world = try World.shared
        let (shared, own, deleted) = try await world.speak(as: world.ada) { ada in
            let deleted = try await ada.createAgent("deleted")
            _ = try await ada.call(
                "AgentService/DeleteAgent", DeleteAgentRequest(id: deleted.id), as: AgentMessage.self)
            return (try await ada.createAgent("public", isPublic: true), try await ada.createAgent("own"), deleted)
        }
        var stale = DeleteAgentRequest(id: own.id)
        stale.etag = "stale"
        let calls: [(outcome: String, call: Call)] = [
            (
                "PERMISSION_DENIED NOT_OWNER",
                ("of somebody else", world.bob, "DeleteAgent", DeleteAgentRequest(id: shared.id).encoded())
            ),
            ("NOT_FOUND AGENT_NOT_FOUND", ("private", world.bob, "GetAgent", GetAgentRequest(id: own.id).encoded())),
            (
                "NOT_FOUND AGENT_NOT_FOUND",
                ("of another tenant", world.carol, "GetAgent", GetAgentRequest(id: shared.id).encoded())
            ),
            (
                "NOT_FOUND AGENT_NOT_FOUND",
                ("deleted", world.ada, "GetAgent", GetAgentRequest(id: deleted.id).encoded())
            ),
            ("ABORTED ETAG_MISMATCH", ("changed since", world.ada, "DeleteAgent", stale.encoded())),
            (
                "FAILED_PRECONDITION AGENT_NOT_DELETED",
                ("not deleted", world.ada, "UndeleteAgent", UndeleteAgentRequest(id: own.id).encoded())
            ),
            (
                "FAILED_PRECONDITION FEATURE_DISABLED",
                ("without the feature", world.carol, "CreateAgent", Self.publicAgent().encoded())
            ),
        ]
        for (outcome, call) in calls {
            let answer = try await Self.agreed { try await Self.send(call, to: world, over: $0) }
            #expect(try answer.outcome == outcome, "\(call.name)")
        }
    }

    private static func publicAgent() -> CreateAgentRequest {
        var agent = AgentMessage()
        agent.name = "agent"
        agent.agentType = AgentType.research.rawValue
        agent.isPublic = true
        var request = CreateAgentRequest()
        request.agent = agent
        return request
    }

    private static func send(_ call: Call, to world: World, over door: Door) async throws -> CallAnswer {
        try await Door.$current.withValue(door) {
            try await world.speak(as: call.person) {
                try await $0.send("AgentService/\(call.method)", bytes: call.message)
            }
        }
    }

    @Test("A call whose time is over is told so alike, and a message of exactly the limit is taken by both")
    func bounds() async throws {
        try await World.with { world in
            let agent = try await world.speak(as: world.ada) { try await $0.createAgent("agent") }
            let message = GetAgentRequest(id: agent.id).encoded()
            let lock = try TableLock(world.database)
            let late = try await Self.agreed { door in
                try await Door.$current.withValue(door) {
                    try await world.speak(as: world.ada) {
                        try await $0.send("AgentService/GetAgent", bytes: message, timeout: 200)
                    }
                }
            }
            #expect(try late.outcome == "DEADLINE_EXCEEDED DEADLINE_EXCEEDED")
            try lock.release()

            let padding = WireBytes.field(1_000, Array(repeating: 0, count: 1 << 19)).count - 1 << 19
            let rest = WireLimits().messageBytes - message.count - padding
            let longest = message + WireBytes.field(1_000, Array(repeating: 0, count: rest))
            #expect(longest.count == WireLimits().messageBytes)
            let taken = try await Self.agreed {
                try await Self.send(("longest", world.ada, "GetAgent", longest), to: world, over: $0)
            }
            #expect(try taken.outcome == "OK")
        }
    }

    @Test("An answer has the same message and the same headers over both", arguments: ["given", nil])
    func answers(requestID: String?) async throws {
        let world = try World.shared
        let headers = requestID.map { [Header("x-request-id", $0)] } ?? []
        var answers: [CallAnswer] = []
        try await Self.agreed { door in
            let answer = try await Door.$current.withValue(door) {
                try await world.speak(as: world.ada) {
                    try await $0.send("UserService/WhoAmI", WhoAmIRequest(), headers: headers)
                }
            }
            answers.append(answer)
            return answer
        }
        #expect(answers.allSatisfy { $0.code == 0 && $0.error.isEmpty && $0.details.isEmpty })
        for answer in answers {
            #expect(answer.headers.map(\.key) == ["x-request-id"])
            let value = String(decoding: answer.headers.first?.value ?? [], as: UTF8.self)
            #expect(requestID == nil ? UUIDValue(value) != nil : value == requestID)
        }
    }
}
