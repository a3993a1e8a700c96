package import AgentdCore
package import Metrics

/// Counts and logs calls as their doors tell of them: that they began, and what their callers were answered. One for
/// each event loop; confined to it.
package final class CallObserver {
    private let log: CallLog
    private let metrics: any MetricsFactory
    /// By the identity of their method.
    private var measures: [ObjectIdentifier: CallMeasures] = [:]
    /// Of the method of each number that was called last: mostly there is no other.
    private var latest: [CallMeasures?] = []
    private let measuresOfUnknown: CallMeasures
    private let framedCallsInFlight: Meter
    private let grpcCallsInFlight: Meter
    private let callsHeldBack: Meter
    /// Of every reason there can be, so that each is seen before the first time: what begins with 1 looks to Prometheus
    /// as if nothing had happened.
    private let refusals: [Reason: Counter]
    /// That which counted last: mostly it is the same again.
    private var latestRefusal: (reason: Reason, counter: Counter)?

    /// - Parameter metrics: The backend; it must be in place before this is made.
    package init(log: CallLog, metrics: any MetricsFactory = MetricsSystem.factory) {
        func meter(_ label: String, _ door: DoorName) -> Meter {
            Meter(label: label, dimensions: [("door", door.rawValue)], factory: metrics)
        }
        self.log = log
        self.metrics = metrics
        refusals = Dictionary(
            uniqueKeysWithValues: Reason.allCases.filter(\.isForWantOfRoom).map { reason in
                let dimensions = [("reason", reason.rawValue)]
                return (reason, Counter(label: "agentd_refusals_total", dimensions: dimensions, factory: metrics))
            })
        measuresOfUnknown = CallMeasures(of: nil, metrics)
        framedCallsInFlight = meter("agentd_calls_in_flight", .framed)
        grpcCallsInFlight = meter("agentd_calls_in_flight", .grpc)
        callsHeldBack = Meter(label: "agentd_calls_held_back", factory: metrics)
    }

    /// A request was read: it is in flight from now on, whether it will be run or refused.
    package func began(_ call: ObservedCall) {
        let measures = measures(of: call.method)
        call.measures = measures
        measures.began()
        callsInFlight(of: call.origin.door).increment()
    }

    /// Of a connection more calls than before have not been started yet, or fewer.
    package func heldBack(more calls: Int) { callsHeldBack.increment(by: Double(calls)) }

    /// The caller was answered, or has given up. Only the first end of a call counts: what becomes of its task later is
    /// not told to anybody.
    /// - Parameters:
    ///   - reason: Why it failed; nil when the code says all.
    ///   - now: Of the monotonic clock, in nanoseconds.
    package func ended(_ call: ObservedCall, _ code: StatusCode, _ reason: Reason?, at now: UInt64) {
        guard let measures = call.measures else { return }
        call.measures = nil
        let nanoseconds = now > call.startedAt ? now - call.startedAt : 0
        measures.ended(code, nanoseconds: Int64(clamping: nanoseconds))
        callsInFlight(of: call.origin.door).decrement()
        if let reason {
            refusalCounter(of: reason)?.increment()
            if reason.isForWantOfDatabase { log.refused(call, for: reason) }
        }
        log.ended(call, code, reason, nanoseconds: nanoseconds)
    }

    /// The same; without an error it was answered `OK`.
    package func ended(_ call: ObservedCall, with error: ServiceError?, at now: UInt64) {
        ended(call, error?.code ?? .ok, error?.reason, at: now)
    }

    private func measures(of method: CallMethod?) -> CallMeasures {
        guard let method else { return measuresOfUnknown }
        if method.number < latest.count, let known = latest[method.number], known.method === method { return known }
        let found = lookUp(method)
        while latest.count <= method.number { latest.append(nil) }
        latest[method.number] = found
        return found
    }

    private func lookUp(_ method: CallMethod) -> CallMeasures {
        let key = ObjectIdentifier(method)
        if let known = measures[key] { return known }
        let new = CallMeasures(of: method, metrics)
        measures[key] = new
        return new
    }

    private func refusalCounter(of reason: Reason) -> Counter? {
        if let latestRefusal, latestRefusal.reason == reason { return latestRefusal.counter }
        guard let counter = refusals[reason] else { return nil }
        latestRefusal = (reason, counter)
        return counter
    }

    private func callsInFlight(of door: DoorName) -> Meter {
        switch door {
        case .framed: framedCallsInFlight
        case .grpc: grpcCallsInFlight
        }
    }
}

extension Reason {
    /// Whether the call was refused because more wait for the database than may.
    fileprivate var isForWantOfDatabase: Bool { self == .databaseQueueFull || self == .databasePoolTimeout }

    /// Whether the call was refused because it would have been too much: for a limit or a quota, or for a daemon that
    /// is busy, starting or stopping.
    var isForWantOfRoom: Bool {
        switch self {
        case .databasePoolTimeout, .starting, .draining: true
        default: code == .resourceExhausted
        }
    }
}
