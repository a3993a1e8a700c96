internal import AgentdCore
internal import Messages
internal import TestSupport

/// A daemon with two tenants, set up through RPCs alone but for the first key.
struct World: Sendable {
    /// A user and its API key.
    struct Person: Sendable {
        let id: Int64
        let tenantID: String
        let key: String

        /// Of the key: its second part.
        var keyID: String { String(key.split(separator: "_")[1]) }
    }

    let database: TestDatabase
    let daemon: Daemon
    let systemAdministrator: String
    /// Of the first tenant, which has all features.
    let ada: Person
    let bob: Person
    /// Of the second tenant, which has none.
    let carol: Person

    static func with<R>(settings: [String: String] = [:], _ body: (World) async throws -> R) async throws -> R {
        try await TestDatabase.with { database in
            try await Daemon.with(database, settings: settings) { daemon in
                try await body(try await make(database, daemon))
            }
        }
    }

    static func make(_ database: TestDatabase, _ daemon: Daemon) async throws -> World {
        let key = try await systemAdministratorKey(database)
        return try await RawConnection.with(daemon.port, token: key) { connection in
            let caller = Caller(connection)
            let acme = try await caller.createTenant("acme", features: Features.names)
            let globex = try await caller.createTenant("globex", features: [])
            return World(
                database: database, daemon: daemon, systemAdministrator: key,
                ada: try await caller.createPerson("ada@acme.example", in: acme),
                bob: try await caller.createPerson("bob@acme.example", in: acme),
                carol: try await caller.createPerson("carol@globex.example", in: globex))
        }
    }

    static func systemAdministratorKey(_ database: TestDatabase) async throws -> String {
        let exit = try await Program.run(
            "agentd", ["token", "create", "--system-admin"], environment: Daemon.environment(database))
        guard exit.code == 0 else {
            throw Daemon.Failure(description: "agentd token create ended with \(exit.code): \(exit.log)")
        }
        return exit.output.split(separator: "\n").joined()
    }

    /// Opens a connection that speaks for somebody.
    func speak<R>(as person: Person, _ body: (Caller) async throws -> R) async throws -> R {
        try await RawConnection.with(daemon.port, token: person.key) { try await body(Caller($0)) }
    }
}

/// Typed calls on a raw connection, one after the other or many at once.
final class Caller: Sendable {
    let connection: RawConnection
    private let ids = Counter()

    init(_ connection: RawConnection) { self.connection = connection }

    /// The answer, or the daemon's error.
    func call<Answer: DecodableMessage>(
        _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let (response, _) = try await send(method, message, headers: headers, timeout: timeout)
        guard response.code == 0 else { throw try Refusal(response) }
        return try Answer(decoding: response.message)
    }

    func send(
        _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0
    ) async throws -> (response: ServerFrame.Response, bytes: [UInt8]) {
        let path = method.hasPrefix("/") ? method : "/agentd.v1.\(method)"
        return try await connection.call(ids.next(), path, message, headers: headers, timeout: timeout)
    }

    func createTenant(_ slug: String, features: [String]) async throws -> String {
        var request = CreateTenantRequest()
        var tenant = TenantMessage()
        tenant.slug = slug
        tenant.features = features
        request.tenant = tenant
        return try await call("TenantService/CreateTenant", request, as: TenantMessage.self).id
    }

    func createPerson(
        _ email: String, in tenantID: String, role: Role = .member
    ) async throws -> World.Person {
        let headers = [Header("x-agentd-tenant", tenantID)]
        let created = try await createUser(email, role: role, headers: headers)
        let issued = try await issueToken(for: created.id, headers: headers)
        return World.Person(id: created.id, tenantID: tenantID, key: issued.secret)
    }

    func createAgent(_ name: String, isPublic: Bool = false, requestID: String = "") async throws -> AgentMessage {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = name
        agent.agentType = AgentType.research.rawValue
        agent.isPublic = isPublic
        request.agent = agent
        request.requestID = requestID
        return try await call("AgentService/CreateAgent", request)
    }

    func getAgent(_ id: Int64, timeout: UInt32 = 0) async throws -> AgentMessage {
        try await call("AgentService/GetAgent", GetAgentRequest(id: id), timeout: timeout)
    }
}

/// An error that the daemon answered.
struct Refusal: Error, CustomStringConvertible {
    let code: StatusCode
    let status: StatusMessage

    init(_ response: ServerFrame.Response) throws {
        code = StatusCode(rawValue: response.code) ?? .unknown
        status = try StatusMessage(decoding: response.details)
    }

    var reason: String { status.reason }
    var description: String { "\(code.name) (\(reason)): \(status.message)" }
}
