import Testing

internal import AgentdCore
internal import Messages

/// Text that is not what protobuf calls a string, in every field of every request.
@Suite("Hostile input: texts", .bothDoors, .sharedWorld(), .timeLimit(.minutes(2)))
struct HostileTextTests {
    enum Person: Sendable { case nobody, ada, systemAdministrator }

    /// A method with the text fields of its request.
    struct Method: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let person: Person
        let fields: [Field]

        init(_ path: String, by person: Person = .ada, _ fields: Field...) {
            testDescription = path
            self.person = person
            self.fields = fields
        }

        init(_ path: String, by person: Person = .ada, _ nested: [Field], _ fields: Field...) {
            testDescription = path
            self.person = person
            self.fields = nested + fields
        }
    }

    /// Where a text stands: numbers and names from the outermost message inwards.
    struct Field: Sendable {
        let numbers: [UInt64]
        let path: String

        init(_ number: UInt64, _ name: String) {
            numbers = [number]
            path = name
        }

        private init(numbers: [UInt64], path: String) {
            self.numbers = numbers
            self.path = path
        }

        func inside(_ number: UInt64, _ name: String) -> Field {
            Field(numbers: [number] + numbers, path: "\(name).\(path)")
        }

        /// A message with this text and nothing else.
        func message(_ text: [UInt8]) -> [UInt8] { numbers.reversed().reduce(text) { WireBytes.field($1, $0) } }
    }

    private static let agent = [
        Field(2, "tenant_id"), Field(4, "name"), Field(5, "description"), Field(8, "system_prompt"), Field(9, "config"),
        Field(15, "etag"),
    ].map { $0.inside(1, "agent") }

    private static let user = [Field(2, "tenant_id"), Field(3, "email"), Field(4, "display_name"), Field(10, "etag")]

    private static let tenant = [
        Field(1, "id"), Field(2, "slug"), Field(3, "display_name"), Field(4, "domain"), Field(6, "features"),
        Field(11, "etag"),
    ].map { $0.inside(1, "tenant") }

    private static let setting = [
        Field(1, "key"), Field(2, "value"), Field(3, "default_value"), Field(4, "expected"), Field(5, "description"),
    ].map { $0.inside(1, "settings") }

    private static let reflection = [
        Field(1, "host"), Field(3, "file_by_filename"), Field(4, "file_containing_symbol"),
        Field(1, "containing_type").inside(5, "file_containing_extension"), Field(6, "all_extension_numbers_of_type"),
        Field(7, "list_services"),
    ]

    private static let mask = Field(1, "paths").inside(2, "update_mask")

    private static let methods = agentMethods + tenantMethods + otherMethods

    private static let agentMethods = [
        Method("/agentd.v1.AgentService/CreateAgent", agent, Field(2, "request_id")),
        Method(
            "/agentd.v1.AgentService/ListAgents", Field(2, "page_token"), Field(3, "filter"), Field(4, "order_by")),
        Method(
            "/agentd.v1.AgentService/ListPublicAgents", Field(2, "page_token"), Field(3, "filter"), Field(4, "order_by")
        ),
        Method("/agentd.v1.AgentService/UpdateAgent", agent, mask, Field(3, "request_id")),
        Method("/agentd.v1.AgentService/DeleteAgent", Field(2, "etag"), Field(3, "request_id")),
        Method("/agentd.v1.AgentService/UndeleteAgent", Field(2, "etag"), Field(3, "request_id")),
    ]

    private static let tenantMethods = [
        Method(
            "/agentd.v1.TenantService/CreateTenant", by: .systemAdministrator,
            tenant + user.map { $0.inside(2, "administrator") }, Field(3, "request_id")),
        Method("/agentd.v1.TenantService/GetTenant", by: .systemAdministrator, Field(1, "id")),
        Method(
            "/agentd.v1.TenantService/ListTenants", by: .systemAdministrator, Field(2, "page_token"),
            Field(3, "filter")),
        Method(
            "/agentd.v1.TenantService/UpdateTenant", by: .systemAdministrator, tenant, mask, Field(3, "request_id")),
        Method(
            "/agentd.v1.TenantService/DeleteTenant", by: .systemAdministrator, Field(1, "id"), Field(2, "etag"),
            Field(3, "request_id")),
        Method(
            "/agentd.v1.TenantService/UndeleteTenant", by: .systemAdministrator, Field(1, "id"), Field(2, "etag"),
            Field(3, "request_id")),
        Method(
            "/agentd.v1.TenantService/ResolveTenant", by: .systemAdministrator, Field(1, "id"), Field(2, "slug"),
            Field(3, "domain")),
        Method(
            "/agentd.v1.TenantService/UpdateCurrentTenant", by: .systemAdministrator, tenant, mask,
            Field(3, "request_id")),
        Method(
            "/agentd.v1.TenantService/UpdateTenantSettings", by: .systemAdministrator, setting, Field(2, "etag"),
            Field(3, "request_id")),
    ]

    private static let otherMethods = [
        Method(
            "/agentd.v1.UserService/CreateUser", by: .systemAdministrator, user.map { $0.inside(1, "user") },
            Field(2, "request_id")),
        Method(
            "/agentd.v1.UserService/ListUsers", by: .systemAdministrator, Field(2, "page_token"), Field(3, "filter")),
        Method(
            "/agentd.v1.UserService/UpdateUser", by: .systemAdministrator, user.map { $0.inside(1, "user") }, mask,
            Field(3, "request_id")),
        Method(
            "/agentd.v1.UserService/DeleteUser", by: .systemAdministrator, Field(2, "etag"), Field(3, "request_id")),
        Method("/agentd.v1.TokenService/IssueToken", Field(2, "display_name"), Field(4, "request_id")),
        Method("/agentd.v1.TokenService/ListTokens", Field(2, "page_token"), Field(3, "filter")),
        Method("/agentd.v1.TokenService/RevokeToken", Field(1, "id"), Field(2, "request_id")),
        Method(
            "/agentd.v1.AuditService/ListAuditEvents", by: .systemAdministrator, Field(2, "page_token"),
            Field(3, "filter")),
        Method("/grpc.health.v1.Health/Check", by: .nobody, Field(1, "service")),
        Method("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", by: .nobody, reflection),
        Method("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", by: .nobody, reflection),
    ]

    /// Those whose requests hold no text.
    private static let withoutText: Set<String> = [
        "/agentd.v1.AgentService/GetAgent", "/agentd.v1.AgentService/BatchGetAgents",
        "/agentd.v1.TenantService/GetCurrentTenant", "/agentd.v1.TenantService/GetTenantStats",
        "/agentd.v1.TenantService/GetTenantSettings", "/agentd.v1.UserService/GetUser",
        "/agentd.v1.UserService/WhoAmI", "/grpc.health.v1.Health/Watch",
    ]

    private static let texts: [(name: String, bytes: [UInt8])] = [
        ("bad UTF-8", [0x61, 0xFF, 0x62]), ("a sequence cut short", [0x61, 0xE2, 0x82]),
        ("an overlong sequence", [0xC0, 0xAF]), ("a surrogate", [0x61, 0xED, 0xA0, 0x80]),
        ("beyond U+10FFFF", [0xF4, 0x90, 0x80, 0x80]), ("a NUL", [0x61, 0x00, 0x62]), ("only a NUL", [0x00]),
    ]

    @Test("Text that is not UTF-8 or holds a NUL is refused with the path of its field", arguments: methods)
    func texts(of method: Method) async throws {
        let world = try World.shared
        try await world.whileServing {
            try await world.daemon.speak(token: Self.token(method.person, world)) { caller in
                for field in method.fields {
                    for text in Self.texts {
                        let response = try await caller.send(
                            method.testDescription, bytes: field.message(text.bytes))
                        #expect(
                            try response.outcome == "INVALID_ARGUMENT MESSAGE_INVALID", "\(text.name) in \(field.path)")
                        let violations = try Refusal(response).status.violations
                        #expect(violations.map(\.field) == [field.path], "\(text.name)")
                    }
                }
            }
        }
    }

    private static func token(_ person: Person, _ world: World) -> String? {
        switch person {
        case .nobody: nil
        case .ada: world.ada.key
        case .systemAdministrator: world.systemAdministrator
        }
    }

    @Test("No method is missing above")
    func complete() {
        let tested = Set(Self.methods.map(\.testDescription)).union(Self.withoutText)
        #expect(tested == Set(MethodSchema.all.map(\.path)))
    }
}
