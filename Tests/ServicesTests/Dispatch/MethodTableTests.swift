internal import AgentdCore
internal import Messages
internal import Testing

@testable internal import Services

@Suite("The table of methods")
struct MethodTableTests {
    private let table = MethodTable(
        Dispatcher.Shared(
            health: HealthState(), pageTokens: PageTokens(key: Array(repeating: 0, count: 32)), news: IdentityNews(),
            admission: TenantAdmission(), isSingleTenant: false, maximumMessageBytes: 1 << 20))

    @Test("Every method of the schema files is served")
    func complete() {
        #expect(MethodSchema.all.map(\.path).filter { table[$0] == nil } == [])
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

    @Test("A method that another handler found, whose place this one took, is found by its path")
    func ofAnotherHandler() {
        let path = "/agentd.v1.AgentService/GetAgent"
        for number in [0, 5, 1_000] {
            #expect(table[CallMethod(path: path, kind: .unary, number: number)]?.method.path == path)
            #expect(table[CallMethod(path: "/agentd.v1.AgentService/Other", kind: .unary, number: number)] == nil)
        }
    }

    @Test("Only health and reflection are open to anybody; what manages tenants is for system administrators")
    func access() {
        let tenantMethods = [
            "CreateTenant", "GetTenant", "ListTenants", "UpdateTenant", "DeleteTenant", "UndeleteTenant",
        ]
        for path in MethodSchema.all.map(\.path) {
            let isOpen = ["/grpc.health.", "/grpc.reflection."].contains { path.hasPrefix($0) }
            #expect((table[path]?.access == .anonymous) == isOpen, "\(path)")
            #expect((table[path]?.method.kind == .exchange) == path.hasPrefix("/grpc.reflection."), "\(path)")
            #expect((table[path]?.method.kind == .serverStream) == path.hasSuffix(".Health/Watch"), "\(path)")
            let managesTenants = tenantMethods.contains { path == "/agentd.v1.TenantService/\($0)" }
            #expect((table[path]?.access == .role(.systemAdministrator)) == managesTenants, "\(path)")
        }
    }

    @Test("What looks into an inactive tenant only reads, and shows no agents")
    func looks() {
        let looking = MethodSchema.all.map(\.path).filter { table[$0]?.looksIntoInactiveTenants == true }
        let expected = [
            "TenantService/GetCurrentTenant", "TenantService/GetTenantStats", "TenantService/GetTenantSettings",
            "UserService/GetUser", "UserService/ListUsers", "TokenService/ListTokens", "AuditService/ListAuditEvents",
        ]
        #expect(Set(looking) == Set(expected.map { "/agentd.v1.\($0)" }))
    }
}

extension MethodTable {
    /// The entry of a path.
    fileprivate subscript(_ path: String) -> Entry? {
        var path = path
        return self[path.withUTF8 { method(UnsafeRawBufferPointer($0)) }]
    }
}
