package import AgentdCore

/// What a client does with one connection of the framed protocol, without I/O: events go in, each returns what is to be
/// done. Time comes in as nanoseconds of the monotonic clock. `Call` is whatever the caller keeps of a call.
///
/// Calls may be submitted before there is a connection; they wait here, in the order of their ids, until the server has
/// said with `Welcome` how many it takes, and leave as others are answered.
package struct ClientConnectionMachine<Call>: ~Copyable {
    private enum State {
        /// Not connected yet, because the last connection failed a moment ago.
        case resting(until: UInt64)
        case connecting(by: UInt64)
        /// `Hello` was sent.
        case greeting(by: UInt64)
        case open(Session)
        /// `GoAway` came: no further calls, but those that the server has taken are answered still.
        case leaving
        case closed
    }

    /// What `Welcome` said.
    private struct Session {
        let maximumMessageBytes: Int
        let maximumInFlight: Int
    }

    private struct Entry {
        let call: Call
        let messageBytes: Int
        let deadline: Deadline
        var isSent = false
    }

    private let limits: ClientConnectionLimits
    private var state: State
    private var calls: [UInt64: Entry] = [:]
    private var callsSent = 0
    /// Ids of calls that wait, in order; some may have been withdrawn since.
    private var waiting = WaitingLine()
    /// No call has an earlier deadline; it may be that none has this one any more.
    private var earliestDeadline = Deadline.never
    /// No calls are taken any more, by our own wish.
    private var isFinishing = false
    private var lastReceived: UInt64
    private var pingSent: UInt64?
    private var pingToken: UInt64 = 0

    /// - Parameter rest: How long to wait before connecting, in nanoseconds.
    package init(limits: ClientConnectionLimits, restNanoseconds rest: UInt64, at now: UInt64) {
        self.limits = limits
        state = .resting(until: now + rest)
        lastReceived = now
    }

    package var callsInFlight: Int { callsSent }
    package var callsWaiting: Int { calls.count - callsSent }

    private static func nanoseconds(_ milliseconds: Int) -> UInt64 { UInt64(milliseconds) * 1_000_000 }
}

// MARK: Calls

extension ClientConnectionMachine {
    package enum SubmitAction: Equatable {
        /// It waits; `nextCallToSend` gives it out when it is its turn.
        case wait
        /// Too many wait already. The call is not kept.
        case refuse
        /// This connection takes no calls any more; another one will. The call is not kept.
        case decline
    }

    /// - Parameters:
    ///   - id: Larger than every id before it.
    ///   - messageBytes: The size of its request message.
    package mutating func callSubmitted(
        id: UInt64, messageBytes: Int, deadline: Deadline, call: @autoclosure () -> Call
    ) -> SubmitAction {
        switch state {
        case .resting, .connecting, .greeting, .open: break
        case .leaving, .closed: return .decline
        }
        guard !isFinishing else { return .decline }
        guard callsWaiting < limits.callsWaiting else { return .refuse }
        calls[id] = Entry(call: call(), messageBytes: messageBytes, deadline: deadline)
        waiting.append(id)
        earliestDeadline = min(earliestDeadline, deadline)
        return .wait
    }

    package enum SendAction {
        case none
        /// Send it with this `timeout_ms`, which is 0 for a call without a deadline.
        case send(id: UInt64, timeoutMilliseconds: UInt32, Call)
        /// Its message is longer than the server takes: it is not sent, and not kept.
        case refuse(Call, maximumMessageBytes: Int)
    }

    /// The next call to send, when there is one and the server takes it now. Ask again until there is none.
    package mutating func nextCallToSend(at now: UInt64) -> SendAction {
        guard case .open(let session) = state, callsSent < session.maximumInFlight else { return .none }
        while let id = waiting.popFirst() {
            guard var entry = calls[id] else { continue }
            guard entry.messageBytes <= session.maximumMessageBytes else {
                calls[id] = nil
                return .refuse(entry.call, maximumMessageBytes: session.maximumMessageBytes)
            }
            entry.isSent = true
            calls[id] = entry
            callsSent += 1
            return .send(id: id, timeoutMilliseconds: Self.timeout(until: entry.deadline, at: now), entry.call)
        }
        return .none
    }

    private static func timeout(until deadline: Deadline, at now: UInt64) -> UInt32 {
        guard deadline != .never else { return 0 }
        let remaining = deadline.uptimeNanoseconds - min(now, deadline.uptimeNanoseconds)
        // Rounded up: the server must not give up earlier than the caller does.
        return UInt32(clamping: remaining / 1_000_000 + 1)
    }

    package enum WithdrawAction {
        /// It had not been sent.
        case withdrawn(Call)
        /// It had: tell the server.
        case sendCancel(Call)
        /// It was answered already or never was.
        case ignore
    }

    /// The caller gives the call up.
    package mutating func callWithdrawn(id: UInt64) -> WithdrawAction {
        guard let entry = remove(id) else { return .ignore }
        return entry.isSent ? .sendCancel(entry.call) : .withdrawn(entry.call)
    }

    /// The calls whose deadline has passed, in the order of their ids; the server is told of those that were sent.
    package mutating func expireCalls(at now: UInt64) -> [(id: UInt64, call: Call, wasSent: Bool)] {
        guard earliestDeadline.hasPassed(at: now) else { return [] }
        let expired = calls.filter { $0.value.deadline.hasPassed(at: now) }.keys.sorted()
        let result = expired.compactMap { id in remove(id).map { (id, $0.call, $0.isSent) } }
        earliestDeadline = calls.values.map(\.deadline).min() ?? .never
        return result
    }

    /// Takes calls away that the client itself ends, in the order of their ids; the server is told of those that were
    /// sent.
    package mutating func takeCalls(where isTaken: (Call) -> Bool) -> [(id: UInt64, call: Call, wasSent: Bool)] {
        let taken = calls.filter { isTaken($0.value.call) }.keys.sorted()
        return taken.compactMap { id in remove(id).map { (id, $0.call, $0.isSent) } }
    }

    private mutating func remove(_ id: UInt64) -> Entry? {
        guard let entry = calls.removeValue(forKey: id) else { return nil }
        if entry.isSent { callsSent -= 1 } else { waiting.forgetOne(keeping: calls) }
        return entry
    }
}

// MARK: Frames

extension ClientConnectionMachine {
    package enum ConnectedAction: Equatable {
        case sendHello(version: UInt32)
        /// It took too long, or nobody wants it any more.
        case close
    }

    package mutating func connected(at now: UInt64) -> ConnectedAction {
        guard case .connecting = state else { return .close }
        lastReceived = now
        state = .greeting(by: now + Self.nanoseconds(limits.welcomeTimeoutMilliseconds))
        return .sendHello(version: ClientConnectionLimits.version)
    }

    package enum WelcomeAction: Equatable {
        /// - maximumFrameBytes: The longest payload that may come from now on.
        case open(maximumFrameBytes: Int)
        case protocolError
        case ignore
    }

    package mutating func welcomeReceived(
        version: UInt32, maximumMessageBytes: UInt32, maximumInFlight: UInt32
    ) -> WelcomeAction {
        switch state {
        case .greeting:
            guard version == ClientConnectionLimits.version, maximumMessageBytes > 0, maximumInFlight > 0 else {
                return .protocolError
            }
            state = .open(
                Session(
                    maximumMessageBytes: Int(maximumMessageBytes),
                    maximumInFlight: min(Int(maximumInFlight), limits.callsInFlight)))
            let frameBytes = Int(maximumMessageBytes) + ClientConnectionLimits.frameOverheadBytes
            return .open(maximumFrameBytes: min(frameBytes, ClientConnectionLimits.largestFrameBytes))
        case .resting, .connecting, .open: return .protocolError
        case .leaving, .closed: return .ignore
        }
    }

    package enum ResponseAction {
        /// The call has its last answer.
        case complete(Call)
        /// One answer of several.
        case part(Call)
        /// Of a call that was given up.
        case ignore
        case protocolError
    }

    package mutating func responseReceived(id: UInt64, more: Bool) -> ResponseAction {
        switch state {
        case .open, .leaving: break
        case .closed: return .ignore
        case .resting, .connecting, .greeting: return .protocolError
        }
        guard let entry = calls[id] else { return .ignore }
        guard entry.isSent else { return .protocolError }
        if more { return .part(entry.call) }
        _ = remove(id)
        return .complete(entry.call)
    }

    /// The server takes no further calls. Gives back those that it has not executed, in the order of their ids.
    package mutating func goAwayReceived(lastID: UInt64) -> [Call] {
        switch state {
        case .resting, .connecting, .greeting, .open, .leaving: state = .leaving
        case .closed: return []
        }
        let unexecuted = calls.filter { !$0.value.isSent || $0.key > lastID }.keys.sorted()
        return unexecuted.compactMap { remove($0)?.call }
    }

    /// Bytes came, so the peer lives.
    package mutating func bytesReceived(at now: UInt64) {
        lastReceived = now
        pingSent = nil
    }
}

// MARK: Time and the end

extension ClientConnectionMachine {
    package enum TimeAction: Equatable {
        case none
        case connect
        case sendPing(token: UInt64)
        case close(Silence)
    }

    /// What did not come in time.
    package enum Silence: Equatable, Sendable {
        case connection
        case welcome
        /// Anything at all, after a ping.
        case pong
    }

    package mutating func timeReached(_ now: UInt64) -> TimeAction {
        switch state {
        case .resting(let until):
            guard until <= now else { return .none }
            state = .connecting(by: now + Self.nanoseconds(limits.connectTimeoutMilliseconds))
            return .connect
        case .connecting(let by): return by <= now ? .close(.connection) : .none
        case .greeting(let by): return by <= now ? .close(.welcome) : .none
        case .open, .leaving:
            if let pingSent {
                return pingSent + Self.nanoseconds(limits.pongTimeoutMilliseconds) <= now ? .close(.pong) : .none
            }
            guard callsSent > 0, pingDue <= now else { return .none }
            pingSent = now
            pingToken += 1
            return .sendPing(token: pingToken)
        case .closed: return .none
        }
    }

    /// When `timeReached` and `expireCalls` want to be called next, at the latest.
    package var nextWakeUp: UInt64 {
        let other: UInt64 =
            switch state {
            case .resting(let until): until
            case .connecting(let by), .greeting(let by): by
            case .open, .leaving:
                if let pingSent {
                    pingSent + Self.nanoseconds(limits.pongTimeoutMilliseconds)
                } else {
                    callsSent > 0 ? pingDue : .max
                }
            case .closed: .max
            }
        return min(other, calls.isEmpty ? .max : earliestDeadline.uptimeNanoseconds)
    }

    private var pingDue: UInt64 { lastReceived + Self.nanoseconds(limits.pingIntervalMilliseconds) }

    /// We want no further calls; those that were submitted are still sent and answered.
    package mutating func finishRequested() { isFinishing = true }

    /// Whether nothing is left to do and the connection is to be closed.
    package var isFinished: Bool {
        switch state {
        case .resting, .connecting, .greeting, .open: isFinishing && calls.isEmpty
        case .leaving: calls.isEmpty
        case .closed: true
        }
    }

    /// Whether calls are or were sent: there is a connection and the server has greeted.
    package var isOpen: Bool {
        switch state {
        case .open, .leaving: true
        case .resting, .connecting, .greeting, .closed: false
        }
    }

    /// Calls that the end of a connection leaves without an answer, each in the order of its ids.
    package struct Abandoned {
        /// Never sent: not executed.
        package let waiting: [Call]
        /// Sent: whether they were executed is not known.
        package let sent: [Call]
    }

    /// The connection is gone or was never made.
    package mutating func connectionClosed() -> Abandoned {
        state = .closed
        let ordered = calls.sorted { $0.key < $1.key }.map(\.value)
        calls.removeAll()
        callsSent = 0
        waiting = WaitingLine()
        return Abandoned(
            waiting: ordered.filter { !$0.isSent }.map(\.call), sent: ordered.filter(\.isSent).map(\.call))
    }
}

/// Ids in the order in which they came. An id that was withdrawn stays until its turn, but never more of them than live
/// ones and a few.
private struct WaitingLine {
    private static let toleratedWithdrawals = 64

    private var ids: [UInt64] = []
    private var first = 0
    private var withdrawn = 0

    mutating func append(_ id: UInt64) { ids.append(id) }

    mutating func popFirst() -> UInt64? {
        guard first < ids.count else { return nil }
        defer {
            first += 1
            if first > ids.count / 2, first > Self.toleratedWithdrawals {
                ids.removeSubrange(0..<first)
                first = 0
            }
        }
        return ids[first]
    }

    mutating func forgetOne<Value>(keeping live: [UInt64: Value]) {
        withdrawn += 1
        guard withdrawn > Self.toleratedWithdrawals, withdrawn > (ids.count - first) / 2 else { return }
        ids = ids[first...].filter { live[$0] != nil }
        first = 0
        withdrawn = 0
    }
}
