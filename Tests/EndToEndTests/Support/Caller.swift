import Testing

internal import AgentdCore
internal import Messages

/// Typed calls on a connection to either door, one after the other or many at once.
struct Caller: Sendable {
    private let transport: any CallConnection

    init(_ connection: any CallConnection) { transport = connection }

    /// For what is said in frames.
    var connection: RawConnection {
        get throws { try #require(transport as? RawConnection, "the gRPC door has no frames") }
    }

    /// The answer, or the daemon's error.
    func call<Answer: DecodableMessage>(
        _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let answer = try await send(method, message, headers: headers, timeout: timeout)
        guard answer.code == 0 else { throw try Refusal(answer) }
        return try Answer(decoding: answer.message)
    }

    func send(
        _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0
    ) async throws -> CallAnswer {
        try await send(method, bytes: message.encoded(), headers: headers, timeout: timeout)
    }

    /// - Parameter bytes: The message, serialized or what else there may be instead.
    func send(
        _ method: String, bytes: [UInt8], headers: [Header] = [], timeout: UInt32 = 0
    ) async throws -> CallAnswer {
        let path = method.hasPrefix("/") ? method : "/agentd.v1.\(method)"
        return try await transport.call(path, message: bytes, headers: headers, timeout: timeout)
    }

    /// Calls a method that answers with a stream.
    /// - Parameter each: Takes each message and says whether to go on; if not, the call is cancelled.
    /// - Returns: The end of the stream; nil when the call was cancelled.
    func stream<Answer: DecodableMessage>(
        _ path: String, _ message: some EncodableMessage, headers: [Header] = [], as type: Answer.Type = Answer.self,
        each: (Answer) async throws -> Bool
    ) async throws -> CallAnswer? {
        try await transport.stream(path, message: message.encoded(), headers: headers, timeout: 0) {
            try await each(try Answer(decoding: $0))
        }
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

    func createAgent(
        _ name: String, isPublic: Bool = false, requestID: String = "", headers: [Header] = []
    ) async throws -> AgentMessage {
        var request = CreateAgentRequest()
        var agent = AgentMessage()
        agent.name = name
        agent.agentType = AgentType.research.rawValue
        agent.isPublic = isPublic
        request.agent = agent
        request.requestID = requestID
        return try await call("AgentService/CreateAgent", request, headers: headers)
    }

    func getAgent(_ id: Int64, timeout: UInt32 = 0) async throws -> AgentMessage {
        try await call("AgentService/GetAgent", GetAgentRequest(id: id), timeout: timeout)
    }
}
