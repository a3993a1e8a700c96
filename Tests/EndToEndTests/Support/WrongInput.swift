import Testing

internal import AgentdCore
internal import Messages

/// A call that is refused, by somebody of a world; made over each door it must end in the same.
struct WrongInput: Sendable, CustomTestStringConvertible {
    enum Person { case nobody, ada, bob, systemAdministrator }

    let testDescription: String
    /// Code and reason.
    let outcome: String
    private let person: Person
    private let method: String
    private let message: [UInt8]
    private let headers: [Header]

    init(
        _ description: String, _ outcome: String, by person: Person = .ada, _ method: String = "UserService/WhoAmI",
        _ message: [UInt8] = [], headers: [Header] = []
    ) {
        testDescription = description
        self.outcome = outcome
        self.person = person
        self.method = method
        self.message = message
        self.headers = headers
    }

    /// Makes the call over a door, and sees that the connection goes on.
    func send(to world: World, over door: Door) async throws -> CallAnswer {
        try await Door.$current.withValue(door) {
            try await world.daemon.speak(token: token(in: world)) { caller in
                let answer = try await caller.send(method, bytes: message, headers: headers)
                #expect(try await caller.health() == .serving, "over \(door)")
                return answer
            }
        }
    }

    private func token(in world: World) -> String? {
        switch person {
        case .nobody: nil
        case .ada: world.ada.key
        case .bob: world.bob.key
        case .systemAdministrator: world.systemAdministrator
        }
    }
}

// MARK: Without looking into the database

extension WrongInput {
    static let ofCalls = identity + headers + sizes + methods

    private static func authorization(_ value: String) -> [Header] { [Header("authorization", value)] }

    private static let identity = [
        WrongInput("no token", "UNAUTHENTICATED TOKEN_MISSING", by: .nobody),
        WrongInput(
            "another scheme than Bearer", "UNAUTHENTICATED TOKEN_INVALID", headers: authorization("Basic YTpi")),
        WrongInput("a scheme alone", "UNAUTHENTICATED TOKEN_INVALID", headers: authorization("Bearer")),
        WrongInput("a token that is none", "UNAUTHENTICATED TOKEN_INVALID", headers: authorization("Bearer x")),
        WrongInput(
            "a key that never was", "UNAUTHENTICATED TOKEN_INVALID",
            headers: authorization(
                "Bearer agd_\(String(repeating: "0", count: 24))_\(String(repeating: "0", count: 72))")),
        WrongInput(
            "a token over 4,096 bytes", "UNAUTHENTICATED TOKEN_INVALID",
            headers: authorization("Bearer \(String(repeating: "x", count: 4_097))")),
        WrongInput(
            "another tenant selected by a member", "PERMISSION_DENIED TENANT_MISMATCH",
            headers: [Header("x-agentd-tenant", "globex")]),
        WrongInput(
            "a tenant that never was, selected by a member", "PERMISSION_DENIED TENANT_MISMATCH",
            headers: [Header("x-agentd-tenant", "never-was")]),
        WrongInput(
            "a tenant that never was, selected by a system administrator", "NOT_FOUND TENANT_NOT_FOUND",
            by: .systemAdministrator, headers: [Header("x-agentd-tenant", "never-was")]),
        WrongInput(
            "a tenant that can be none", "NOT_FOUND TENANT_NOT_FOUND", by: .systemAdministrator,
            headers: [Header("x-agentd-tenant", "' OR true --")]),
    ]

    /// A key that HTTP allows and gRPC does not.
    private static let wrongKey = [Header("x!y", "1")]
    private static let longHeader = [Header("x-long", String(repeating: "x", count: WireLimits().headerBytes))]

    private static let headers = [
        WrongInput("a header key with another character", "INVALID_ARGUMENT HEADER_INVALID", headers: wrongKey),
        WrongInput(
            "a header key with another character, and no token", "INVALID_ARGUMENT HEADER_INVALID", by: .nobody,
            headers: wrongKey),
        WrongInput(
            "a header key with another character, of a method that is none", "INVALID_ARGUMENT HEADER_INVALID",
            "UserService/Nothing", headers: wrongKey),
        WrongInput("a header over the limit", "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE", headers: longHeader),
        WrongInput(
            "many small headers over the limit", "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE",
            headers: (0..<250).map { Header("x-\($0)", "") }),
        WrongInput(
            "headers over the limit, one of them wrong", "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE",
            headers: longHeader + wrongKey),
        WrongInput(
            "headers over the limit, of a method that is none", "RESOURCE_EXHAUSTED HEADERS_TOO_LARGE", by: .nobody,
            "UserService/Nothing", headers: longHeader),
    ]

    private static let tooLong = WireBytes.field(1_000, Array(repeating: 0x61, count: WireLimits().messageBytes))

    private static let sizes = [
        WrongInput(
            "a message over the limit", "RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE", "AgentService/GetAgent", tooLong),
        WrongInput(
            "a message over the limit, and no token", "RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE", by: .nobody,
            "AgentService/GetAgent", tooLong),
        WrongInput(
            "a message over the limit, of a method that is none", "RESOURCE_EXHAUSTED MESSAGE_TOO_LARGE",
            "AgentService/Nothing", tooLong),
        WrongInput(
            "a message over the limit, with a wrong header", "INVALID_ARGUMENT HEADER_INVALID",
            "AgentService/GetAgent", tooLong, headers: wrongKey),
    ]

    private static let methods = [
        WrongInput("an unknown method", "UNIMPLEMENTED METHOD_UNKNOWN", "UserService/Nothing"),
        WrongInput(
            "an unknown method, and no token", "UNIMPLEMENTED METHOD_UNKNOWN", by: .nobody, "UserService/Nothing"),
        WrongInput("an unknown service", "UNIMPLEMENTED METHOD_UNKNOWN", "/agentd.v1.NothingService/Get"),
        WrongInput("another case", "UNIMPLEMENTED METHOD_UNKNOWN", "/agentd.v1.UserService/whoami"),
        WrongInput("a path of one part", "UNIMPLEMENTED METHOD_UNKNOWN", "/WhoAmI"),
        WrongInput("a path of three parts", "UNIMPLEMENTED METHOD_UNKNOWN", "/agentd.v1.UserService/WhoAmI/now"),
        WrongInput("a path of nothing", "UNIMPLEMENTED METHOD_UNKNOWN", "/"),
        WrongInput(
            "a method of a kilobyte", "UNIMPLEMENTED METHOD_UNKNOWN", "/\(String(repeating: "a", count: 1_024))"),
        WrongInput(
            "health of a service that never was", "NOT_FOUND HEALTH_SERVICE_UNKNOWN", by: .nobody,
            "/grpc.health.v1.Health/Check", HealthCheckRequest(service: "never.was").encoded()),
    ]
}

// MARK: Messages

extension WrongInput {
    static let ofMessages = malformed + texts + fields + objects

    private static let getAgent = "AgentService/GetAgent"
    private static let createAgent = "AgentService/CreateAgent"
    private static let updateAgent = "AgentService/UpdateAgent"

    private static let malformed = [
        ("a message cut short", getAgent, [0x08]), ("a message of garbage", getAgent, [0xDE, 0xAD, 0xBE, 0xEF]),
        ("another wire type", getAgent, WireBytes.field(1, [0x61])), ("field 0", getAgent, [0x00, 0x01]),
        ("a number of eleven bytes", getAgent, [0x08] + Array(repeating: 0xFF, count: 10) + [0x01]),
        ("a group", updateAgent, [0x0B, 0x0C]),
        ("a length beyond the end", createAgent, [0x0A, 0x7F]),
        ("a message twice", createAgent, WireBytes.field(1, []) + WireBytes.field(1, [])),
        (
            "a list of empty messages without end", updateAgent,
            WireBytes.repeated(WireBytes.field(1, []), upTo: 1 << 19)
        ),
        ("groups without end", updateAgent, Array(repeating: 0x0B, count: 100_000)),
    ].map { WrongInput($0, "INVALID_ARGUMENT MESSAGE_INVALID", $1, $2) }

    private static let texts =
        ([
            ("bad UTF-8", [0x61, 0xFF]), ("a surrogate", [0xED, 0xA0, 0x80]), ("an overlong sequence", [0xC0, 0xAF]),
            ("a NUL", [0x61, 0x00, 0x62]),
        ] as [(String, [UInt8])]).map { name, text in
            WrongInput(
                "\(name) in a text", "INVALID_ARGUMENT MESSAGE_INVALID", createAgent,
                WireBytes.field(1, WireBytes.field(4, text)))
        }

    private static func agent(_ change: (inout AgentMessage) -> Void) -> AgentMessage {
        var agent = AgentMessage()
        agent.name = "agent"
        agent.agentType = AgentType.research.rawValue
        change(&agent)
        return agent
    }

    private static func create(requestID: String = "", _ change: (inout AgentMessage) -> Void) -> [UInt8] {
        var request = CreateAgentRequest()
        request.agent = agent(change)
        request.requestID = requestID
        return request.encoded()
    }

    private static func list(_ change: (inout ListAgentsRequest) -> Void) -> [UInt8] {
        var request = ListAgentsRequest()
        change(&request)
        return request.encoded()
    }

    private static let listAgents = "AgentService/ListAgents"

    private static let fields =
        ([
            ("no message where fields are required", createAgent, []),
            (
                "many wrong fields", createAgent,
                create(requestID: "no-uuid") {
                    $0.name = "a\nb"
                    $0.status = 99
                    $0.config = "[]"
                }
            ),
            (
                "a name that is too long, and not ASCII", createAgent,
                create { $0.name = String(repeating: "é", count: 300) }
            ),
            (
                "a hundred and one ids", "AgentService/BatchGetAgents",
                BatchGetAgentsRequest(ids: Array(1...101)).encoded()
            ),
            ("a negative page", listAgents, list { $0.pageSize = -1 }),
            ("a filter that is none", listAgents, list { $0.filter = "name = \"é\" OR 1" }),
            ("an order that is none", listAgents, list { $0.orderBy = "password" }),
        ] as [(String, String, [UInt8])]).map { WrongInput($0, "INVALID_ARGUMENT FIELD_INVALID", $1, $2) }

    private static let objects = [
        WrongInput(
            "a page token that is none", "INVALID_ARGUMENT PAGE_TOKEN_INVALID", listAgents,
            list { $0.pageToken = "nonsense" }),
        WrongInput(
            "an agent that never was", "NOT_FOUND AGENT_NOT_FOUND", getAgent, GetAgentRequest(id: .max).encoded()),
        WrongInput(
            "a role that is too small", "PERMISSION_DENIED ROLE_REQUIRED", "TenantService/GetTenant",
            GetTenantRequest(id: "00000000-0000-4000-8000-00000000000f").encoded()),
        WrongInput(
            "a role that is too small, and a message cut short", "PERMISSION_DENIED ROLE_REQUIRED",
            "TenantService/GetTenant", [0x08]),
        WrongInput(
            "a slug that is taken", "ALREADY_EXISTS SLUG_TAKEN", by: .systemAdministrator,
            "TenantService/CreateTenant", WireBytes.field(1, WireBytes.field(2, Array("acme".utf8)))),
        WrongInput(
            "a user that never was", "NOT_FOUND USER_NOT_FOUND", by: .systemAdministrator, "UserService/GetUser",
            GetUserRequest(id: .max).encoded()),
    ]
}
