import Testing

internal import AgentdCore
internal import Messages
internal import TestSupport

/// Fifty tenants share two database connections while calls are cancelled, run out of time and fail in the database.
/// Every row carries its tenant's canary; no answer may carry another one.
@Suite("Isolation under load", .timeLimit(.minutes(10)))
struct IsolationUnderLoadTests {
    private static let tenants = 50
    private static let connections = 8
    private static let callsInFlight = 32
    private static let operations = 100_000

    private struct Tenant: Sendable {
        let canary: String
        let person: World.Person
        let agents: [AgentMessage]
    }

    private struct Tally: Sendable {
        var answered: [String: Int] = [:]
        var foreignCanaries = 0
        var isWrong: [String] = []
    }

    @Test("100,000 mixed operations of 50 tenants on 2 database connections: no answer shows another tenant's canary")
    func canaries() async throws {
        try await World.with(settings: ["AGENTD_DB_CONNECTIONS": "2"]) { world in
            let (database, daemon, administrator) = (world.database, world.daemon, world.systemAdministrator)
            try database.execute(Self.failingTrigger)
            let tenants = try await Self.makeTenants(daemon, administrator)
            let tally = try await withThrowingTaskGroup(of: Tally.self) { group in
                for number in 0..<Self.connections {
                    group.addTask { try await Self.run(number, tenants, daemon) }
                }
                return try await group.reduce(into: Tally()) { sum, part in
                    sum.answered.merge(part.answered, uniquingKeysWith: +)
                    sum.foreignCanaries += part.foreignCanaries
                    sum.isWrong += part.isWrong
                }
            }
            #expect(tally.foreignCanaries == 0)
            #expect(tally.isWrong == [])
            #expect(tally.answered.values.reduce(0, +) == Self.operations)
            // Without these the run would prove nothing.
            for outcome in ["OK", "NOT_FOUND", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL"] {
                #expect(tally.answered[outcome, default: 0] >= 100, "\(outcome): \(tally.answered)")
            }
            let strays = try database.rows(
                "SELECT count(*) FROM agents AS a JOIN tenants AS t ON t.id = a.tenant_id "
                    + "WHERE a.system_prompt <> t.slug")
            #expect(strays == [["0"]])
        }
    }

    /// A division by zero in the middle of the transaction of some calls.
    private static let failingTrigger = """
        CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.name LIKE 'boom%' THEN PERFORM 1 / 0; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER boom BEFORE INSERT OR UPDATE ON agents FOR EACH ROW EXECUTE FUNCTION boom();
        """

    private static func makeTenants(_ daemon: Daemon, _ administrator: String) async throws -> [Tenant] {
        try await RawConnection.with(daemon.port, token: administrator) { connection in
            let caller = Caller(connection)
            var tenants: [Tenant] = []
            for number in 0..<Self.tenants {
                let canary = "canary-\(number)"
                let id = try await caller.createTenant(canary, features: Features.names)
                let person = try await caller.createPerson("user@\(canary).example", in: id)
                let agents = try await RawConnection.with(daemon.port, token: person.key) { own in
                    var agents: [AgentMessage] = []
                    for index in 0..<4 {
                        agents.append(
                            try await Caller(own).call(
                                "AgentService/CreateAgent", create(canary, index.isMultiple(of: 2))))
                    }
                    return agents
                }
                tenants.append(Tenant(canary: canary, person: person, agents: agents))
            }
            return tenants
        }
    }

    private static func create(_ canary: String, _ isPublic: Bool, name: String = "agent") -> CreateAgentRequest {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = name
        agent.agentType = AgentType.research.rawValue
        agent.systemPrompt = canary
        agent.isPublic = isPublic
        request.agent = agent
        return request
    }

    /// One connection, which speaks for all tenants in turn and at once.
    private static func run(_ number: Int, _ tenants: [Tenant], _ daemon: Daemon) async throws -> Tally {
        let ids = Counter()
        let remaining = Counter()
        let share = UInt64(operations / connections)
        return try await RawConnection.with(daemon.port) { connection in
            try await withThrowingTaskGroup(of: Tally.self) { group in
                for worker in 0..<callsInFlight {
                    group.addTask {
                        var generator = FastRandomNumberGenerator(seed: UInt64(number * 1_000 + worker))
                        var tally = Tally()
                        while remaining.next() <= share {
                            let operation = Operation(tenants: tenants, using: &generator)
                            try await operation.run(on: connection, id: ids.next(), &tally)
                        }
                        return tally
                    }
                }
                return try await group.reduce(into: Tally()) { sum, part in
                    sum.answered.merge(part.answered, uniquingKeysWith: +)
                    sum.foreignCanaries += part.foreignCanaries
                    sum.isWrong += part.isWrong
                }
            }
        }
    }

    private struct Operation {
        let tenant: Tenant
        let stranger: Tenant
        let dice: UInt64
        let isCancelled: Bool
        let timeout: UInt32

        init(tenants: [Tenant], using generator: inout FastRandomNumberGenerator) {
            let index = Int(generator.next() % UInt64(tenants.count))
            tenant = tenants[index]
            stranger = tenants[(index + 1 + Int(generator.next() % UInt64(tenants.count - 1))) % tenants.count]
            dice = generator.next() % 100
            isCancelled = generator.next() % 20 == 0
            timeout = generator.next() % 20 == 0 ? UInt32(1 + generator.next() % 4) : 0
        }

        func run(on connection: RawConnection, id: UInt64, _ tally: inout Tally) async throws {
            let response = try await send(on: connection, id: id)
            let outcome = StatusCode(rawValue: response.code)?.name ?? "?"
            tally.answered[outcome, default: 0] += 1
            guard response.code == 0 else {
                if [.alreadyExists, .unauthenticated, .permissionDenied].contains(StatusCode(rawValue: response.code)) {
                    tally.isWrong.append("\(dice): \(outcome) \(response.error)")
                }
                return
            }
            let agents =
                switch dice {
                case 0..<20: try ListAgentsResponse(decoding: response.message).agents
                case 20..<30: try ListPublicAgentsResponse(decoding: response.message).agents
                case 30..<40: try BatchGetAgentsResponse(decoding: response.message).agents
                default: [try AgentMessage(decoding: response.message)]
                }
            for agent in agents where agent.systemPrompt != tenant.canary || agent.tenantID != tenant.person.tenantID {
                tally.foreignCanaries += 1
            }
            if (40..<60).contains(dice) { tally.isWrong.append("an agent of another tenant was found") }
        }

        private func send(on connection: RawConnection, id: UInt64) async throws -> ServerFrame.Response {
            switch dice {
            case 0..<20: try await call(connection, id, "ListAgents", ListAgentsRequest())
            case 20..<30: try await call(connection, id, "ListPublicAgents", ListPublicAgentsRequest())
            case 30..<40:
                try await call(
                    connection, id, "BatchGetAgents",
                    BatchGetAgentsRequest(ids: (tenant.agents + stranger.agents).map(\.id)))
            case 40..<60: try await call(connection, id, "GetAgent", GetAgentRequest(id: stranger.agents[0].id))
            case 60..<65: try await call(connection, id, "CreateAgent", create(tenant.canary, true))
            case 65..<72: try await call(connection, id, "CreateAgent", create(tenant.canary, true, name: "boom"))
            case 72..<80: try await call(connection, id, "UpdateAgent", update())
            default: try await call(connection, id, "GetAgent", GetAgentRequest(id: tenant.agents[1].id))
            }
        }

        private func update() -> UpdateAgentRequest {
            var request = UpdateAgentRequest()
            var agent = AgentMessage()
            agent.id = tenant.agents[2].id
            agent.description = "changed"
            request.agent = agent
            return request
        }

        private func call(
            _ connection: RawConnection, _ id: UInt64, _ method: String, _ message: some EncodableMessage & Sendable
        ) async throws -> ServerFrame.Response {
            let headers = [Header("authorization", "Bearer \(tenant.person.key)")]
            return try await connection.call(
                id, "/agentd.v1.AgentService/\(method)", message, headers: headers, timeout: timeout,
                isCancelled: isCancelled
            )
        }
    }
}
