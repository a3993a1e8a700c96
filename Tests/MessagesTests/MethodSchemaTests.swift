internal import Messages
internal import Testing

@Suite("MethodSchema")
struct MethodSchemaTests {
    @Test("Methods are found by the path that gRPC gives them")
    func paths() {
        let paths = MethodSchema.all.map(\.path)
        #expect(Set(paths).count == paths.count)
        #expect(paths.contains("/agentd.v1.AgentService/UndeleteAgent"))
        #expect(paths.contains("/agentd.v1.TenantService/UpdateTenantSettings"))
        #expect(paths.contains("/agentd.v1.AuditService/ListAuditEvents"))
        #expect(paths.contains("/grpc.health.v1.Health/Check"))
        #expect(paths.contains("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"))
    }

    @Test("A method knows its service and its messages")
    func messages() throws {
        let method = try #require(MethodSchema.all.first { $0.path == "/agentd.v1.AgentService/GetAgent" })
        #expect(method.service == "agentd.v1.AgentService")
        #expect(method.input == GetAgentRequest.schema)
        #expect(method.output == AgentMessage.schema)
        #expect(method.input.name == "agentd.v1.GetAgentRequest")
    }
}
