package import AgentdCore
package import Framing

/// What the server does with one connection of the framed protocol, without I/O: events go in, each returns what is
/// to be done. Time comes in as nanoseconds of the monotonic clock. `Call` is whatever the caller keeps of a call in
/// flight.
package struct ServerConnectionMachine<Call>: ~Copyable {
    /// The version of the protocol that this server speaks.
    package static var version: UInt32 { 1 }
    /// How long calls in flight may still be answered after a `GoAway` for a broken protocol.
    static var endingGraceNanoseconds: UInt64 { 5_000_000_000 }
    /// How long a client that does not read may hold answers back before the connection ends.
    static var unsentTimeoutNanoseconds: UInt64 { 60_000_000_000 }

    /// Pings at once, and in the long run: many times what any client needs to tell a dead connection from a quiet one.
    static var pings: (burst: Int, perSecond: Int) { (1_000, 100) }

    private enum State {
        case awaitingFirstFrame(by: UInt64)
        case open
        /// `GoAway` was sent because the server stops; requests that still come are refused, those in flight answered.
        case draining(closeBy: UInt64)
        /// `GoAway` was sent because the peer broke the protocol; nothing is read any more, calls in flight are
        /// answered.
        case ending(closeBy: UInt64)
        case closed
    }

    private struct InFlight {
        let call: Call
        let deadline: Deadline
    }

    private let limits: WireLimits
    private var state: State
    private var calls = CallTable<InFlight>()
    private var highestID: UInt64 = 0
    private var lastActivity: UInt64
    private var pings: Allowance
    private var frameBegan: UInt64?
    private var unsentSince: UInt64?
    private var isPaused = false
    /// No call in flight has an earlier deadline; it may be that none has this one any more.
    private var earliestDeadline = Deadline.never

    package init(limits: WireLimits, connectedAt now: UInt64) {
        self.limits = limits
        state = .awaitingFirstFrame(by: now + Self.nanoseconds(limits.frameTimeoutMilliseconds))
        pings = Allowance(capacity: Self.pings.burst, perSecond: Self.pings.perSecond, at: now)
        lastActivity = now
    }

    package var callsInFlight: Int { calls.count }

    private static func nanoseconds(_ milliseconds: Int) -> UInt64 { UInt64(milliseconds) * 1_000_000 }
}

// MARK: Frames

extension ServerConnectionMachine {
    package enum HelloAction: Equatable {
        case welcome(version: UInt32)
        case goAway(GoAwayReason, lastID: UInt64)
        case ignore
    }

    /// - Parameter headerBytes: What its headers count against the limit.
    package mutating func helloReceived(version: UInt32, headerBytes: Int, at now: UInt64) -> HelloAction {
        lastActivity = now
        switch state {
        case .awaitingFirstFrame:
            guard version > 0 else { return .goAway(.versionUnsupported, lastID: end(at: now)) }
            guard headerBytes <= limits.headerBytes else { return .goAway(.headersTooLarge, lastID: end(at: now)) }
            state = .open
            return .welcome(version: min(version, Self.version))
        case .open:
            return .goAway(.helloNotFirst, lastID: end(at: now))
        case .draining, .ending, .closed:
            return .ignore
        }
    }

    package enum RequestAction: Equatable {
        /// Run it: with `callBegan` it is in flight. Or answer it at once.
        case dispatch(Deadline)
        /// Answer it with this reason at once; it is not in flight.
        case refuse(Reason)
        case goAway(GoAwayReason, lastID: UInt64)
        case ignore
    }

    /// - Parameters:
    ///   - headerBytes: What its headers count against the limit.
    ///   - isStream: Whether its answers may go on for as long as the client likes, where it names no deadline.
    package mutating func requestReceived(
        id: UInt64, headerBytes: Int, timeoutMilliseconds: UInt32, isStream: Bool = false, at now: UInt64
    ) -> RequestAction {
        lastActivity = now
        switch state {
        case .awaitingFirstFrame:
            state = .open
        case .open, .draining:
            break
        case .ending, .closed:
            return .ignore
        }
        guard id != 0 else { return .goAway(.requestIDZero, lastID: end(at: now)) }
        guard calls[id] == nil else { return .goAway(.requestIDDuplicate, lastID: end(at: now)) }
        if case .draining = state { return .refuse(.draining) }
        highestID = max(highestID, id)
        guard headerBytes <= limits.headerBytes else { return .refuse(.headersTooLarge) }
        guard calls.count < limits.callsInFlight else { return .refuse(.inFlightLimit) }
        return .dispatch(
            limits.deadline(
                timeoutNanoseconds: timeoutMilliseconds == 0 ? nil : UInt64(timeoutMilliseconds) * 1_000_000,
                isStream: isStream, at: now))
    }

    /// A request that was received just now is in flight; `answered`, `expireCalls` or `cancelReceived` gives it back.
    /// - Parameter call: Kept until then.
    package mutating func callBegan(_ call: Call, id: UInt64, deadline: Deadline) {
        calls.insert(InFlight(call: call, deadline: deadline), for: id)
        earliestDeadline = min(earliestDeadline, deadline)
    }

    package enum PingAction: Equatable {
        case pong
        case goAway(GoAwayReason, lastID: UInt64)
        case ignore
    }

    package mutating func pingReceived(at now: UInt64) -> PingAction {
        lastActivity = now
        switch state {
        case .awaitingFirstFrame: state = .open
        case .open, .draining: break
        case .ending, .closed: return .ignore
        }
        pings.timePassed(to: now)
        pings.use()
        return pings.isExceeded ? .goAway(.flood, lastID: end(at: now)) : .pong
    }

    /// Takes the call out of flight; the caller stops it and answers CANCELLED. Nil when it is not in flight: it was
    /// answered already or never was.
    package mutating func cancelReceived(id: UInt64, at now: UInt64) -> Call? {
        lastActivity = now
        switch state {
        case .awaitingFirstFrame:
            state = .open
            return nil
        case .open, .draining: return calls.removeValue(for: id)?.call
        case .ending, .closed: return nil
        }
    }

    package enum ProtocolErrorAction: Equatable {
        case goAway(GoAwayReason, lastID: UInt64)
        case ignore
    }

    /// What came is no frame of this protocol.
    package mutating func protocolErrorReceived(_ reason: GoAwayReason, at now: UInt64) -> ProtocolErrorAction {
        switch state {
        case .awaitingFirstFrame, .open, .draining: return .goAway(reason, lastID: end(at: now))
        case .ending, .closed: return .ignore
        }
    }

    /// Bytes came, and all complete frames of them were handled.
    /// - Parameter partialFrame: Whether the beginning of a frame is left.
    package mutating func bytesReceived(partialFrame: Bool, completedFrame: Bool, at now: UInt64) {
        lastActivity = now
        if !partialFrame { frameBegan = nil } else if frameBegan == nil || completedFrame { frameBegan = now }
    }

    /// Whether answers wait because the client does not read.
    package mutating func unsentAnswersChanged(waiting: Bool, at now: UInt64) {
        if waiting {
            unsentSince = unsentSince ?? now
        } else {
            unsentSince = nil
            lastActivity = now
        }
    }

    /// Whether the server reads nothing for now. Meanwhile the client is not to blame for a frame that does not get on;
    /// afterwards the frame has its whole time again.
    package mutating func readingChanged(isPaused: Bool, at now: UInt64) {
        if self.isPaused, !isPaused, frameBegan != nil { frameBegan = now }
        self.isPaused = isPaused
    }

    private mutating func end(at now: UInt64) -> UInt64 {
        state = .ending(closeBy: now + Self.endingGraceNanoseconds)
        return highestID
    }
}

// MARK: Answers, time and the end

extension ServerConnectionMachine {
    /// The call has its answer. False when it was cancelled or timed out before: the answer is dropped.
    package mutating func answered(id: UInt64, at now: UInt64) -> Bool {
        lastActivity = now
        return calls.removeValue(for: id) != nil
    }

    /// Whether everything is answered and the connection is to be closed.
    package var isFinished: Bool {
        switch state {
        case .awaitingFirstFrame, .open: false
        case .draining, .ending: calls.isEmpty
        case .closed: true
        }
    }

    /// Whether bytes that come are still to be read.
    package var readsInput: Bool {
        switch state {
        case .awaitingFirstFrame, .open, .draining: true
        case .ending, .closed: false
        }
    }

    package enum DrainAction: Equatable {
        case goAway(lastID: UInt64)
        case ignore
    }

    /// The server stops.
    package mutating func drainRequested(graceNanoseconds: UInt64, at now: UInt64) -> DrainAction {
        switch state {
        case .awaitingFirstFrame, .open:
            state = .draining(closeBy: now + graceNanoseconds)
            return .goAway(lastID: highestID)
        case .draining, .ending, .closed:
            return .ignore
        }
    }

    /// Takes calls out of flight that the server itself ends; it answers them.
    package mutating func takeCalls(where isTaken: (Call) -> Bool) -> [Call] {
        let taken = calls.numbers { isTaken($0.call) }
        return taken.compactMap { calls.removeValue(for: $0)?.call }
    }

    /// The connection is gone; the calls that were in flight are to be stopped.
    package mutating func connectionClosed() -> [Call] {
        state = .closed
        defer { calls.removeAll() }
        return calls.all.map(\.call)
    }

    package enum TimeAction: Equatable {
        case none
        case goAway(GoAwayReason, lastID: UInt64)
        case close
    }

    /// The calls whose deadline has passed, which are answered DEADLINE_EXCEEDED, in the order of their ids.
    package mutating func expireCalls(at now: UInt64) -> [(id: UInt64, call: Call)] {
        guard earliestDeadline.hasPassed(at: now) else { return [] }
        let expired = calls.numbers { $0.deadline.hasPassed(at: now) }
        let result = expired.compactMap { id in calls.removeValue(for: id).map { (id, $0.call) } }
        earliestDeadline = calls.all.map(\.deadline).min() ?? .never
        if !result.isEmpty { lastActivity = now }
        return result
    }

    package mutating func timeReached(_ now: UInt64) -> TimeAction {
        if let unsentSince, unsentSince + Self.unsentTimeoutNanoseconds <= now { return .close }
        switch state {
        case .awaitingFirstFrame(let by):
            return by <= now ? .goAway(.firstFrameTimeout, lastID: end(at: now)) : .none
        case .open:
            if frameDeadline <= now { return .goAway(.frameTimeout, lastID: end(at: now)) }
            return idleDeadline <= now ? .goAway(.idle, lastID: end(at: now)) : .none
        case .draining(let closeBy), .ending(let closeBy):
            return closeBy <= now ? .close : .none
        case .closed:
            return .none
        }
    }

    /// When the frame that has begun must be complete; nothing counts while nothing is read.
    private var frameDeadline: UInt64 {
        guard let frameBegan, !isPaused else { return .max }
        return frameBegan + Self.nanoseconds(limits.frameTimeoutMilliseconds)
    }

    /// When a connection without calls has been silent for too long.
    private var idleDeadline: UInt64 {
        calls.isEmpty ? lastActivity + Self.nanoseconds(limits.idleTimeoutMilliseconds) : .max
    }

    /// When `timeReached` and `expireCalls` want to be called next, at the latest.
    package var nextWakeUp: UInt64 {
        if case .closed = state { return .max }
        let unsent = unsentSince.map { $0 + Self.unsentTimeoutNanoseconds } ?? .max
        let other: UInt64 =
            switch state {
            case .awaitingFirstFrame(let by): by
            case .open: min(frameDeadline, idleDeadline)
            case .draining(let closeBy), .ending(let closeBy): closeBy
            case .closed: .max
            }
        return min(min(other, unsent), earliestDeadline.uptimeNanoseconds)
    }
}
