package import AgentdCore
package import Logging
package import Messages
package import Storage

/// Takes a call from a door to its answer: method, caller, tenant, then the method itself. One for each event loop; it
/// is used on that loop alone.
package struct Dispatcher: Sendable {
    private let methods: MethodTable
    private let authenticator: Authenticator
    private let database: Database
    private let logger: Logger

    package init(
        database: Database, authenticator: Authenticator, health: HealthState, pageTokens: PageTokens,
        maximumMessageBytes: Int, logger: Logger
    ) {
        methods = MethodTable(health: health, pageTokens: pageTokens, maximumMessageBytes: maximumMessageBytes)
        self.authenticator = authenticator
        self.database = database
        self.logger = logger
    }

    /// The answer, encoded in the call's arena.
    package func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage {
        do {
            return try await run(call)
        } catch {
            log(error, of: call)
            throw error.reason == .internal
                ? ServiceError(.internal, error.message, details: [.request(id: call.callID)]) : error
        }
    }

    private func run(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage {
        guard let method = methods[call.method] else {
            throw ServiceError(.methodUnknown, "There is no method \(call.method.prefix(200)).")
        }
        switch method.access {
        case .anonymous:
            return try await method.run(CallContext(inbound: call, database: database, logger: logger, caller: nil))
        case .authenticated:
            return try await method.run(try await authenticated(call))
        case .role(let role):
            let context = try await authenticated(call)
            guard context.caller.role.rawValue >= role.rawValue else { throw await context.refusal(needing: role) }
            return try await method.run(context)
        }
    }

    private func authenticated(_ call: InboundCall) async throws(ServiceError) -> CallContext {
        let caller = try await authenticator.caller(of: call, database: database)
        return CallContext(inbound: call, database: database, logger: logger, caller: caller)
    }

    private func log(_ error: ServiceError, of call: InboundCall) {
        guard let cause = error.cause else { return }
        let level: Logger.Level = error.code == .internal ? .error : .debug
        logger.log(
            level: level, "\(error.reason.rawValue): \(cause)",
            metadata: ["request_id": "\(call.callID)", "method": "\(call.method)"])
    }
}
