internal import AgentdCore
internal import FramedListener
internal import Framing
internal import Testing

/// A server's machine whose calls are their names.
typealias Machine = ServerConnectionMachine<String>

/// One step of a transcript: an event, and the action that must follow it.
func step<Action: Equatable>(_ action: Action, _ expected: Action, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(action == expected, sourceLocation: sourceLocation)
}

/// Seconds of the machine's clock.
func seconds(_ count: Double) -> UInt64 { UInt64(count * 1_000_000_000) }

extension WireLimits {
    /// Small enough to be reached.
    static var small: WireLimits {
        var limits = WireLimits()
        limits.callsInFlight = 2
        limits.headerBytes = 100
        limits.frameTimeoutMilliseconds = 10_000
        limits.idleTimeoutMilliseconds = 60_000
        limits.defaultDeadlineMilliseconds = 30_000
        limits.maximumDeadlineMilliseconds = 120_000
        return limits
    }
}

extension ServerConnectionMachine<String> {
    /// A machine of a connection made at second 0.
    init() { self.init(limits: .small, connectedAt: 0) }

    /// A request whose call is named for its id.
    mutating func request(
        _ id: UInt64, at now: UInt64 = 0, headerBytes: Int = 0, timeoutMilliseconds: UInt32 = 0
    ) -> RequestAction {
        let action = requestReceived(
            id: id, headerBytes: headerBytes, timeoutMilliseconds: timeoutMilliseconds, at: now)
        if case .dispatch(let deadline) = action { callBegan("call \(id)", id: id, deadline: deadline) }
        return action
    }

    /// The calls whose deadline has passed, by name.
    mutating func expired(at now: UInt64) -> [String] { expireCalls(at: now).map(\.call) }
}

extension ServerConnectionMachine.RequestAction {
    static func dispatch(bySecond second: Double) -> Self { .dispatch(Deadline(uptimeNanoseconds: seconds(second))) }
}
