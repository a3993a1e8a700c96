internal import AgentdCore
internal import Messages

/// Tells a probe whether the daemon, or one of its services, takes calls.
struct HealthCheck: RemoteProcedure {
    static let path = "/grpc.health.v1.Health/Check"
    static let access = Access.anonymous

    let health: HealthState

    func callAsFunction(
        _ request: HealthCheckRequest, _ context: CallContext
    ) async throws(ServiceError) -> HealthCheckResponse {
        guard let status = health.status(of: request.service) else {
            throw ServiceError(
                .healthServiceUnknown,
                "There is no service \(FieldViolations.quoted(request.service)). Ask for \"\", a service's full name, "
                    + "\"liveness\" or \"readiness\".")
        }
        return HealthCheckResponse(status: status)
    }
}
