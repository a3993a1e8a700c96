package import AgentdCore
package import Logging
package import Messages

/// Answers while the daemon starts and has no database yet: probes hear that it does not serve, all others are asked to
/// come back.
package final class StartingHandler: CallHandler {
    /// A start takes about as long; whoever comes back too early is told so again.
    private static let retryMilliseconds = 500

    private let methods: MethodTable
    /// All that the API has. The calls of those that need the database are counted under their names, and are all
    /// answered the same.
    private let others: MethodPaths
    private let surroundings: CallContext.Surroundings

    package init(health: HealthState, maximumMessageBytes: Int, logger: Logger) {
        methods = MethodTable(openWith: health, maximumMessageBytes: maximumMessageBytes)
        others = MethodPaths(MethodSchema.all.map { CallMethod(path: $0.path, kind: .unary) })
        surroundings = CallContext.Surroundings(nil, logger: logger)
    }

    package func method(_ path: UnsafeRawBufferPointer) -> CallMethod? { methods.method(path) ?? others[path] }

    package func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        guard let entry = methods[call.observed.method] else {
            guard call.observed.method != nil else { throw .methodUnknown(call.path) }
            throw ServiceError(
                .starting, "The daemon is starting; try again soon.",
                details: [.retry(afterMilliseconds: Self.retryMilliseconds)])
        }
        return try await entry.run(CallContext(inbound: call, in: surroundings, caller: nil))
    }
}
