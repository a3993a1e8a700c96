import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// The access matrix over every RPC that names an agent. Bob calls; the agents are his own, Ada's in his tenant,
/// Carol's in another tenant, and one that never was.
@Suite("Access matrix", .bothDoors, .timeLimit(.minutes(2)))
struct AccessMatrixTests {
    enum Kind: CaseIterable {
        case own, publicOfColleague, privateOfColleague, publicOfOtherTenant, privateOfOtherTenant, neverExisted
    }

    enum Answer: Equatable {
        case success
        case refused(StatusCode, String)

        static let notFound = Answer.refused(.notFound, "AGENT_NOT_FOUND")
        static let notOwner = Answer.refused(.permissionDenied, "NOT_OWNER")
    }

    @Sendable private static func viewing(_ kind: Kind) -> Answer {
        switch kind {
        case .own, .publicOfColleague: .success
        case .privateOfColleague, .publicOfOtherTenant, .privateOfOtherTenant, .neverExisted: .notFound
        }
    }

    @Sendable private static func changing(_ kind: Kind) -> Answer {
        switch kind {
        case .own: .success
        case .publicOfColleague: .notOwner
        case .privateOfColleague, .publicOfOtherTenant, .privateOfOtherTenant, .neverExisted: .notFound
        }
    }

    @Test("Every RPC answers as the matrix says, and what is not visible answers the bytes of what never was")
    func matrix() async throws {
        try await World.with { world in
            let carols = try await world.speakAsCarolWithFeatures { carol in
                [
                    try await carol.createAgent("Carol's public", isPublic: true),
                    try await carol.createAgent("Carol's private"),
                ]
            }
            let adas = try await world.speak(as: world.ada) { ada in
                [try await ada.createAgent("Ada's public", isPublic: true), try await ada.createAgent("Ada's private")]
            }
            try await world.speak(as: world.bob) { bob in
                for (method, expected) in Self.methods {
                    var invisible: Set<[UInt8]> = []
                    for kind in Kind.allCases {
                        let id =
                            switch kind {
                            case .own: try await bob.createAgent("Bob's").id
                            case .publicOfColleague: adas[0].id
                            case .privateOfColleague: adas[1].id
                            case .publicOfOtherTenant: carols[0].id
                            case .privateOfOtherTenant: carols[1].id
                            case .neverExisted: Int64.max
                            }
                        let (answer, bytes) = try await Self.ask(bob, method, id)
                        #expect(answer == expected(kind), "\(method) of \(kind)")
                        if answer == .notFound { invisible.insert(bytes) }
                    }
                    #expect(invisible.count == 1, "\(method) tells apart what it must not")
                }
            }
            try await world.expectUnchanged(carols + adas)
        }
    }

    private static let methods: [(String, @Sendable (Kind) -> Answer)] = [
        ("GetAgent", viewing), ("UpdateAgent", changing), ("DeleteAgent", changing),
        // Only what is deleted can be undeleted: the own one is not, so it is refused in its own way.
        ("UndeleteAgent", { $0 == .own ? .refused(.failedPrecondition, "AGENT_NOT_DELETED") : changing($0) }),
    ]

    /// The answer, and all of its bytes if it is an error.
    private static func ask(_ caller: Caller, _ method: String, _ id: Int64) async throws -> (Answer, [UInt8]) {
        let headers = [Header("x-request-id", "the-same-for-all")]
        let path = "AgentService/\(method)"
        let response =
            switch method {
            case "GetAgent": try await caller.send(path, GetAgentRequest(id: id), headers: headers)
            case "UpdateAgent": try await caller.send(path, Self.update(id), headers: headers)
            case "DeleteAgent": try await caller.send(path, DeleteAgentRequest(id: id), headers: headers)
            default: try await caller.send(path, UndeleteAgentRequest(id: id), headers: headers)
            }
        guard response.code != 0 else { return (.success, []) }
        let refusal = try Refusal(response)
        return (.refused(refusal.code, refusal.reason), response.bytes)
    }

    private static func update(_ id: Int64) -> UpdateAgentRequest {
        var request = UpdateAgentRequest()
        var agent = AgentMessage()
        agent.id = id
        agent.name = "Changed"
        request.agent = agent
        return request
    }

    @Test("A batch finds what GetAgent finds and nothing else")
    func batch() async throws {
        try await World.with { world in
            let carols = try await world.speak(as: world.carol) { try await $0.createAgent("Carol's") }
            let adas = try await world.speak(as: world.ada) { ada in
                [try await ada.createAgent("Ada's public", isPublic: true), try await ada.createAgent("Ada's private")]
            }
            try await world.speak(as: world.bob) { bob in
                let own = try await bob.createAgent("Bob's")
                let ids = [carols.id, own.id, adas[1].id, adas[0].id, .max, own.id]
                let batch: BatchGetAgentsResponse = try await bob.call(
                    "AgentService/BatchGetAgents", BatchGetAgentsRequest(ids: ids))
                #expect(batch.agents.map(\.id) == [own.id, adas[0].id, own.id])
                #expect(batch.missingIDs == [carols.id, adas[1].id, .max])
            }
        }
    }

    @Test("Lists hold the caller's own agents, and the tenant's public ones")
    func lists() async throws {
        try await World.with { world in
            let carols = try await world.speakAsCarolWithFeatures {
                try await $0.createAgent("Carol's public", isPublic: true)
            }
            let adas = try await world.speak(as: world.ada) { ada in
                [try await ada.createAgent("Ada's public", isPublic: true), try await ada.createAgent("Ada's private")]
            }
            try await world.speak(as: world.bob) { bob in
                let own = try await bob.createAgent("Bob's")
                let list: ListAgentsResponse = try await bob.call("AgentService/ListAgents", ListAgentsRequest())
                #expect(list.agents == [own])
                let shared: ListPublicAgentsResponse = try await bob.call(
                    "AgentService/ListPublicAgents", ListPublicAgentsRequest())
                #expect(shared.agents == [adas[0]])
            }
            try await world.speak(as: world.carol) { carol in
                let shared: ListPublicAgentsResponse = try await carol.call(
                    "AgentService/ListPublicAgents", ListPublicAgentsRequest())
                #expect(shared.agents.map(\.id) == [carols.id])
            }
        }
    }

    @Test("Neither administrator may change somebody's agent: the matrix says owner")
    func administrators() async throws {
        try await World.with { world in
            let adas = try await world.speak(as: world.ada) { try await $0.createAgent("Ada's", isPublic: true) }
            try await world.speakAsSystemAdministrator(in: "acme") { administrator in
                let seen = try await administrator.getAgent(adas.id)
                #expect(seen == adas)
                for method in ["UpdateAgent", "DeleteAgent"] {
                    let (answer, _) = try await Self.ask(administrator, method, adas.id)
                    #expect(answer == .notOwner)
                }
            }
            try await world.expectUnchanged([adas])
        }
    }

    @Test("A role that is too small is refused, and the attempt is in the audit trail")
    func roles() async throws {
        try await World.with { world in
            try await world.speak(as: world.bob) { bob in
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    try await bob.createTenant("bobs", features: [])
                }
                await expectRefusal(.permissionDenied, "TENANT_MISMATCH") {
                    try await bob.createPerson("x@example.org", in: world.carol.tenantID)
                }
                await expectRefusal(.permissionDenied, "ROLE_REQUIRED") {
                    var create = CreateUserRequest()
                    var user = UserMessage()
                    user.email = "x@example.org"
                    create.user = user
                    _ = try await bob.call("UserService/CreateUser", create, as: UserMessage.self)
                }
            }
            let refused = try world.database.rows(
                "SELECT action, actor_user_id FROM audit_events WHERE outcome = 'refused' ORDER BY id")
            #expect(
                refused == [
                    ["TenantService.CreateTenant", "\(world.bob.id)"], ["UserService.CreateUser", "\(world.bob.id)"],
                ])
        }
    }
}

extension World {
    /// Carol for once in a tenant that may share agents.
    fileprivate func speakAsCarolWithFeatures<R>(_ body: (Caller) async throws -> R) async throws -> R {
        try database.execute("UPDATE tenants SET features = '{agent_sharing}' WHERE slug = 'globex'")
        return try await speak(as: carol, body)
    }

    fileprivate func expectUnchanged(_ agents: [AgentMessage]) async throws {
        for agent in agents {
            let row = try database.rows(
                "SELECT name, revision, is_active FROM agents WHERE id = $1::bigint", ["\(agent.id)"])
            #expect(row == [[agent.name, "1", "t"]])
        }
    }
}
