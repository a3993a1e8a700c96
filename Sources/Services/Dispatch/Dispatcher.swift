package import AgentdCore
package import Logging
package import Messages
package import Storage

/// Takes a call from a door to its answer: method, caller, tenant, then the method itself. One for each event loop; it
/// is used on that loop alone.
package struct Dispatcher: CallHandler {
    /// What the dispatchers of all event loops use alike.
    package struct Shared: Sendable {
        package let health: HealthState
        package let pageTokens: PageTokens
        package let news: IdentityNews
        package let admission: TenantAdmission
        /// Whether there is one tenant alone, so that none is created, taken back or renamed.
        package let isSingleTenant: Bool
        package let maximumMessageBytes: Int

        package init(
            health: HealthState, pageTokens: PageTokens, news: IdentityNews, admission: TenantAdmission,
            isSingleTenant: Bool, maximumMessageBytes: Int
        ) {
            self.health = health
            self.pageTokens = pageTokens
            self.news = news
            self.admission = admission
            self.isSingleTenant = isSingleTenant
            self.maximumMessageBytes = maximumMessageBytes
        }
    }

    private let methods: MethodTable
    private let authenticator: Authenticator
    private let database: Database
    private let meter: CallMeter
    private let shared: Shared
    private let logger: Logger

    package init(
        database: Database, authenticator: Authenticator, meter: CallMeter, shared: Shared, logger: Logger
    ) {
        methods = MethodTable(shared)
        self.authenticator = authenticator
        self.database = database
        self.meter = meter
        self.shared = shared
        self.logger = logger
    }

    package func method(_ path: String) -> CallMethod? { methods[path]?.method }

    package func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        do {
            return try await run(call)
        } catch {
            log(error, of: call)
            throw error.reason == .internal
                ? ServiceError(.internal, error.message, details: [.request(id: call.callID)]) : error
        }
    }

    private func run(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        let start = meter.now
        guard let method = methods[call.path] else { throw .methodUnknown(call.path) }
        guard method.access != .anonymous else { return try await method.run(context(of: call, caller: nil)) }
        let caller = try await authenticator.caller(
            of: call, database: database, looksIntoInactiveTenants: method.looksIntoInactiveTenants)
        call.observed.caller = caller
        do {
            let answer = try await run(method, call, as: caller, since: start)
            meter.record(caller.tenantID, since: start, failed: false)
            return answer
        } catch {
            meter.record(caller.tenantID, since: start, failed: true)
            throw error
        }
    }

    private func run(
        _ method: MethodTable.Entry, _ call: InboundCall, as caller: Caller, since start: UInt64
    ) async throws(ServiceError) -> EncodedMessage? {
        // A system administrator in a selected tenant must get through also when the tenant floods its limits.
        var isCounted = false
        if caller.isAtHome {
            isCounted = try shared.admission.enter(caller.tenant, at: start)
        }
        defer { if isCounted { shared.admission.leave(caller.tenant) } }
        let context = context(of: call, caller: caller)
        if case .role(let role) = method.access, caller.role.rawValue < role.rawValue {
            throw await context.refusal(needing: role)
        }
        return try await method.run(context)
    }

    private func context(of call: InboundCall, caller: Caller?) -> CallContext {
        CallContext(
            inbound: call, reach: CallContext.Reach(database: database, news: shared.news), logger: logger,
            caller: caller)
    }

    private func log(_ error: ServiceError, of call: InboundCall) {
        guard let cause = error.cause else { return }
        let level: Logger.Level = error.code == .internal ? .error : .debug
        logger.log(
            level: level, "\(error.reason.rawValue): \(cause)",
            metadata: call.observed.metadata)
    }
}

extension ServiceError {
    static func methodUnknown(_ path: String) -> ServiceError {
        ServiceError(.methodUnknown, "There is no method \(path.prefix(200)).")
    }
}
