internal import Messages

extension Caller {
    /// Whether the daemon says that it serves.
    func health(of service: String = "") async throws -> ServingStatus {
        try await call(
            "/grpc.health.v1.Health/Check", HealthCheckRequest(service: service), as: HealthCheckResponse.self
        ).status
    }

    /// The caller's own user.
    func user(headers: [Header] = []) async throws -> UserMessage {
        guard let user = try await whoAmI(headers: headers).user else {
            throw Daemon.Failure(description: "WhoAmI answered nobody")
        }
        return user
    }

    func currentTenant(headers: [Header] = []) async throws -> TenantMessage {
        try await call("TenantService/GetCurrentTenant", GetCurrentTenantRequest(), headers: headers)
    }
}
