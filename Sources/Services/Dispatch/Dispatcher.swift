package import AgentdCore
package import Logging
package import Messages
package import Storage

/// Takes a call from a door to its answer: method, caller, tenant, then the method itself. One for each event loop; it
/// is used on that loop alone.
package final class Dispatcher: CallHandler {
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
    private let surroundings: CallContext.Surroundings

    package init(
        database: Database, authenticator: Authenticator, meter: CallMeter, shared: Shared, logger: Logger
    ) {
        methods = MethodTable(shared)
        self.authenticator = authenticator
        self.database = database
        self.meter = meter
        self.shared = shared
        surroundings = CallContext.Surroundings(
            CallContext.Reach(database: database, news: shared.news), logger: logger)
    }

    package func method(_ path: UnsafeRawBufferPointer) -> CallMethod? { methods.method(path) }

    package func answer(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        do {
            return try await run(call)
        } catch {
            throw told(error, to: call)
        }
    }

    package func refusal(of call: ObservedCall, headers: CallHeaders, own: Int, _ hold: Hold) -> ServiceError? {
        let isCrowded = database.isCrowded(own: own)
        guard isCrowded || hold == .ahead, let work = methods[call.method]?.work else { return nil }
        guard let caller = authenticator.rememberedCaller(of: call, headers, at: meter.now, unlessDue: false) else {
            return nil
        }
        if hold == .ahead {
            call.line = CallLine(tenant: caller.tenantID, weight: database.weight(of: caller))
        }
        guard isCrowded else { return nil }
        let changes = work == .change
        guard let refusal = database.refusal(of: caller, changes: changes, own: own, wasHeld: hold == .over) else {
            if hold == .ahead { call.holder = (caller, changes) }
            return nil
        }
        call.caller = caller
        meter.recordRefusal(of: caller.tenantID)
        return refusal
    }

    package func hold(_ call: ObservedCall) {
        if let holder = call.holder { database.hold(of: holder.caller, changes: holder.changes) }
    }

    package func endHold(_ call: ObservedCall) {
        guard let holder = call.holder else { return }
        database.endHold(of: holder.caller, changes: holder.changes)
        call.holder = nil
    }

    package func begin(_ call: InboundCall, for receiver: any AnswerReceiver) -> StartedCall? {
        let start = meter.now
        guard let begin = methods[call.observed.method]?.begin,
            let caller = authenticator.rememberedCaller(of: call.observed, call.headers, at: start, unlessDue: true)
        else { return nil }
        call.observed.caller = caller
        var lookUp = LookUpCall(
            context: context(of: call, caller: caller), dispatcher: self, receiver: receiver, start: start)
        do throws(ServiceError) {
            lookUp.isCounted = try shared.admission.enter(caller.tenant, at: start)
        } catch {
            lookUp.ended(with: .failure(error))
            return StartedCall(nil)
        }
        return begin(lookUp)
    }

    package func goOn() { database.goOn() }

    /// A call without a task has its answer.
    func ended(_ call: LookUpCall, with answer: Result<EncodedMessage?, ServiceError>) {
        let caller = call.context.caller
        if call.isCounted { shared.admission.leave(caller.tenant) }
        switch answer {
        case .success:
            meter.record(caller.tenantID, since: call.start, failed: false)
            call.receiver.answered(with: answer)
        case .failure(let error):
            meter.record(caller.tenantID, since: call.start, failed: true)
            call.receiver.answered(with: .failure(told(error, to: call.context.inbound)))
        }
    }

    /// What the caller hears of an error; the log hears the rest.
    private func told(_ error: ServiceError, to call: InboundCall) -> ServiceError {
        log(error, of: call)
        return error.reason == .internal
            ? ServiceError(.internal, error.message, details: [.request(id: call.callID.description)]) : error
    }

    private func run(_ call: InboundCall) async throws(ServiceError) -> EncodedMessage? {
        let start = meter.now
        guard let method = methods[call.observed.method] else { throw .methodUnknown(call.path) }
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
        CallContext(inbound: call, in: surroundings, caller: caller)
    }

    private func log(_ error: ServiceError, of call: InboundCall) {
        guard let cause = error.cause else { return }
        let level: Logger.Level = error.code == .internal ? .error : .debug
        surroundings.logger.log(
            level: level, "\(error.reason.rawValue): \(cause)",
            metadata: call.observed.metadata)
    }
}

extension ServiceError {
    static func methodUnknown(_ path: String) -> ServiceError {
        ServiceError(.methodUnknown, "There is no method \(path.prefix(200)).")
    }
}
