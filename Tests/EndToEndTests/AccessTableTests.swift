import Testing

internal import AgentdCore
internal import Foundation
internal import Messages

/// `proto/ACCESS.md` is the table; this calls each method as each of its callers.
@Suite("Table of access", .timeLimit(.minutes(3)))
struct AccessTableTests {
    private typealias Request = @Sendable (AccessCallers, _ caller: String) async throws -> any EncodableMessage

    @Test("The table has every method of the schema files, and no other")
    func methods() throws {
        #expect(try AccessTable().rows.map(\.path).sorted() == MethodSchema.all.map(\.path).sorted())
    }

    @Test("Every method ends for every caller as the table says", .bothDoors)
    func everyCall() async throws {
        let table = try AccessTable()
        try await World.with { world in
            let callers = try await AccessCallers(world)
            try await world.daemon.speak { caller in
                for row in table.rows {
                    let request = try #require(Self.requests[row.method], "there is no request for \(row.method)")
                    for name in table.callers {
                        let headers = try #require(callers.headers(of: name), "there is no caller \(name)")
                        let message = try await request(callers, name)
                        let answer = try await Self.answer(caller, row.path, message, headers)
                        #expect(answer == row.answers[name], "\(row.method) by \(name)")
                    }
                }
            }
        }
    }

    /// `OK`, or the reason of the error.
    private static func answer(
        _ caller: Caller, _ path: String, _ message: any EncodableMessage, _ headers: [Header]
    ) async throws -> String {
        if path == "/grpc.health.v1.Health/Watch" {
            let end = try await caller.stream(path, message, headers: headers, as: HealthCheckResponse.self) { _ in
                false
            }
            return try end.map { try Refusal($0).reason } ?? "OK"
        }
        let response = try await caller.send(path, message, headers: headers)
        return response.code == 0 ? "OK" : try Refusal(response).reason
    }

    // MARK: A request of each method that nothing speaks against

    private static let requests: [String: Request] = agents.merging(tenants) { $1 }.merging(others) { $1 }

    private static let agents: [String: Request] = [
        "AgentService.CreateAgent": { _, _ in
            var request = CreateAgentRequest()
            request.agent = agent(0)
            return request
        },
        "AgentService.GetAgent": { GetAgentRequest(id: try await $0.agent(for: $1)) },
        "AgentService.BatchGetAgents": { BatchGetAgentsRequest(ids: [try await $0.agent(for: $1)]) },
        "AgentService.ListAgents": { _, _ in ListAgentsRequest() },
        "AgentService.ListPublicAgents": { _, _ in ListPublicAgentsRequest() },
        "AgentService.UpdateAgent": {
            var request = UpdateAgentRequest()
            request.agent = agent(try await $0.agent(for: $1))
            return request
        },
        "AgentService.DeleteAgent": { DeleteAgentRequest(id: try await $0.agent(for: $1)) },
        "AgentService.UndeleteAgent": { UndeleteAgentRequest(id: try await $0.agent(for: $1, isDeleted: true)) },
    ]

    private static let tenants: [String: Request] = [
        "TenantService.CreateTenant": { _, _ in
            var request = CreateTenantRequest()
            request.tenant = tenant("")
            return request
        },
        "TenantService.GetTenant": { callers, _ in GetTenantRequest(id: try await callers.tenant()) },
        "TenantService.ListTenants": { _, _ in ListTenantsRequest() },
        "TenantService.UpdateTenant": { callers, _ in
            var request = UpdateTenantRequest()
            request.tenant = tenant(try await callers.tenant())
            request.updateMask = ["display_name"]
            return request
        },
        "TenantService.DeleteTenant": { callers, _ in DeleteTenantRequest(id: try await callers.tenant()) },
        "TenantService.UndeleteTenant": { callers, _ in
            UndeleteTenantRequest(id: try await callers.tenant(isDeleted: true))
        },
        "TenantService.ResolveTenant": { _, _ in ResolveTenantRequest(key: .slug("acme")) },
        "TenantService.GetCurrentTenant": { _, _ in GetCurrentTenantRequest() },
        "TenantService.UpdateCurrentTenant": { _, _ in
            var request = UpdateCurrentTenantRequest()
            request.tenant = tenant("")
            request.updateMask = ["display_name"]
            return request
        },
        "TenantService.GetTenantStats": { _, _ in GetTenantStatsRequest() },
        "TenantService.GetTenantSettings": { _, _ in GetTenantSettingsRequest() },
        "TenantService.UpdateTenantSettings": { _, _ in
            var request = UpdateTenantSettingsRequest()
            request.settings = [.init(key: "default_page_size", value: "20")]
            return request
        },
    ]

    private static let others: [String: Request] = [
        "UserService.CreateUser": { _, _ in
            var user = UserMessage()
            user.email = "u\(UInt64.random(in: 0 ... .max))@example.com"
            var request = CreateUserRequest()
            request.user = user
            return request
        },
        "UserService.GetUser": { callers, _ in GetUserRequest(id: try await callers.colleague().id) },
        "UserService.ListUsers": { _, _ in ListUsersRequest() },
        "UserService.UpdateUser": { callers, _ in
            var user = UserMessage()
            user.id = try await callers.colleague().id
            user.displayName = "New"
            var request = UpdateUserRequest()
            request.user = user
            return request
        },
        "UserService.DeleteUser": { callers, _ in DeleteUserRequest(id: try await callers.colleague().id) },
        "UserService.WhoAmI": { _, _ in WhoAmIRequest() },
        "TokenService.IssueToken": { callers, _ in
            var request = IssueTokenRequest()
            request.userID = try await callers.colleague().id
            return request
        },
        "TokenService.ListTokens": { _, _ in ListTokensRequest() },
        "TokenService.RevokeToken": { callers, _ in RevokeTokenRequest(id: try await callers.colleague().keyID) },
        "AuditService.ListAuditEvents": { _, _ in ListAuditEventsRequest() },
        "grpc.health.v1.Health.Check": { _, _ in HealthCheckRequest(service: "") },
        "grpc.health.v1.Health.Watch": { _, _ in HealthCheckRequest(service: "") },
        "grpc.reflection.v1.ServerReflection.ServerReflectionInfo": { _, _ in
            ServerReflectionRequest<StableReflection>(.listServices(""))
        },
        "grpc.reflection.v1alpha.ServerReflection.ServerReflectionInfo": { _, _ in
            ServerReflectionRequest<AlphaReflection>(.listServices(""))
        },
    ]

    private static func agent(_ id: Int64) -> AgentMessage {
        var agent = AgentMessage()
        agent.id = id
        agent.name = "Agent"
        agent.agentType = AgentType.research.rawValue
        return agent
    }

    private static func tenant(_ id: String) -> TenantMessage {
        var tenant = TenantMessage()
        tenant.id = id
        tenant.slug = "tenant-\(UInt64.random(in: 0 ... .max))"
        tenant.displayName = "Tenant"
        return tenant
    }
}
