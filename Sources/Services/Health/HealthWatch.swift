internal import AgentdCore
internal import Messages

/// Tells whoever watches how the daemon, or one of its services, is: at once, and each time that it changes. It goes on
/// until the client has enough of it, also for a service that does not exist.
struct HealthWatch: ServerStreamProcedure {
    static let path = "/grpc.health.v1.Health/Watch"

    let health: HealthState

    func callAsFunction(
        _ request: HealthCheckRequest, _ send: (HealthCheckResponse) async throws(ServiceError) -> Void
    ) async throws(ServiceError) {
        for await status in health.statuses(of: request.service) {
            try await send(HealthCheckResponse(status: status))
        }
    }
}
