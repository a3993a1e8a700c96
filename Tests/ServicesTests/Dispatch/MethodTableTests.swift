internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The table of methods")
struct MethodTableTests {
    private let table = MethodTable(
        health: HealthState(), pageTokens: PageTokens(key: Array(repeating: 0, count: 32)), maximumMessageBytes: 1 << 20
    )

    @Test("Every method of the schema files is served, but for the stream of the health service")
    func complete() {
        let unserved = MethodSchema.all.map(\.path).filter { table[$0] == nil }
        #expect(unserved == ["/grpc.health.v1.Health/Watch"])
    }

    @Test(
        "A path is taken as it is written",
        arguments: [
            "", "/", "GetAgent", "/agentd.v1.AgentService/getagent",
            "agentd.v1.AgentService/GetAgent", "/agentd.v1.AgentService/GetAgent/",
            "/agentd.v1.AgentService/DropTables",
        ])
    func unknown(_ path: String) {
        #expect(table[path] == nil)
    }

    @Test("Only health is open to anybody, and only a system administrator makes tenants and users")
    func access() {
        for path in MethodSchema.all.map(\.path) {
            switch table[path]?.access {
            case nil: continue
            case .anonymous: #expect(path == "/grpc.health.v1.Health/Check")
            case .role(let role):
                #expect(role == .systemAdministrator)
                #expect(["/agentd.v1.TenantService/CreateTenant", "/agentd.v1.UserService/CreateUser"].contains(path))
            case .authenticated:
                #expect(!path.contains("Create") || path.hasSuffix("CreateAgent"))
            }
        }
    }
}
