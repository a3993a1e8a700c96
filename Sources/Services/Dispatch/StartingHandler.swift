package import AgentdCore
package import Logging
package import Messages

/// Answers while the daemon starts and has no database yet: probes hear that it does not serve, all others are asked to
/// come back.
package struct StartingHandler: CallHandler {
    /// A start takes about as long; whoever comes back too early is told so again.
    private static let retryMilliseconds = 500
    private static let paths = Set(MethodSchema.all.map(\.path))

    private let methods: MethodTable
    private let logger: Logger

    package init(health: HealthState, maximumMessageBytes: Int, logger: Logger) {
        methods = MethodTable(openWith: health, maximumMessageBytes: maximumMessageBytes)
        self.logger = logger
    }

    package func method(_ path: String) -> CallMethod? { methods[path]?.method }

    package func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        guard let entry = methods[call.path] else {
            guard Self.paths.contains(call.path) else { throw .methodUnknown(call.path) }
            throw ServiceError(
                .starting, "The daemon is starting; try again soon.",
                details: [.retry(afterMilliseconds: Self.retryMilliseconds)])
        }
        return try await entry.run(CallContext(inbound: call, reach: nil, logger: logger, caller: nil))
    }
}
