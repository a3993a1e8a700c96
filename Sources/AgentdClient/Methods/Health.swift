internal import AgentdCore
internal import Messages

/// `grpc.health.v1.Health`.
extension AgentdClient {
    /// Whether the daemon serves. Needs no token.
    /// - Parameter service: The full name of a service; empty for the daemon as a whole.
    public func healthCheck(
        service: String = "", options: CallOptions = .standard
    ) async throws(AgentdError) -> HealthStatus {
        var text = TextFields()
        let request = HealthCheckRequest(service: text.checked(service, "service"))
        try text.finish()
        let response: HealthCheckResponse = try await call(
            "/grpc.health.v1.Health/Check", request, kind: .read, options: options)
        return HealthStatus(response.status)
    }

    /// Watches how the daemon is. Needs no token.
    /// - Parameters:
    ///   - service: The full name of a service; empty for the daemon as a whole. One that does not exist is
    ///     `serviceUnknown`, and stays so.
    ///   - options: A timeout bounds the whole watch; without one it has no deadline.
    public func healthWatch(service: String = "", options: CallOptions = .standard) -> HealthStatuses {
        HealthStatuses(client: self, service: service, options: options)
    }

    /// `grpc.health.v1.HealthCheckResponse.ServingStatus`.
    public struct HealthStatus: NamedNumber {
        /// The number in the schema files.
        public let rawValue: Int32
        /// Of a number.
        public init(rawValue: Int32) { self.rawValue = rawValue }

        init(_ status: ServingStatus) { self.init(rawValue: Int32(status.rawValue)) }

        /// What the names in the schema files begin with.
        public static let prefix = ""
        /// The names without the prefix, by their numbers.
        public static let names = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"]

        /// Not said.
        public static let unknown = HealthStatus(rawValue: 0)
        /// It takes calls.
        public static let serving = HealthStatus(rawValue: 1)
        /// It does not.
        public static let notServing = HealthStatus(rawValue: 2)
        /// There is no such service.
        public static let serviceUnknown = HealthStatus(rawValue: 3)
    }
}
