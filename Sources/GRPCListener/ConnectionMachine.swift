internal import AgentdCore
internal import Listening

/// What a connection of the gRPC door does as time passes and as the server stops, without I/O: the clocks that HTTP/2
/// itself does not have. Time comes in as nanoseconds of the monotonic clock.
struct ConnectionMachine {
    /// Why a connection is ended; goes with the `GOAWAY`.
    enum Reason: String {
        case firstFrameTimeout = "FIRST_FRAME_TIMEOUT"
        case frameTimeout = "FRAME_TIMEOUT"
        case idle = "IDLE"
        case connectionLimit = "CONNECTION_LIMIT"
        case flood = "FLOOD"
    }

    /// How long what is left is sent after a `GOAWAY` for a broken rule.
    private static let endingGrace: UInt64 = 1_000_000_000
    /// How long a stopping server waits for the client to have heard of it before it refuses streams: a client that is
    /// there answers within a round trip.
    private static let noticeTime: UInt64 = 1_000_000_000
    /// How long a client that does not read may hold answers back before the connection ends.
    private static let unsentTimeout: UInt64 = 60_000_000_000

    private enum State {
        case awaitingFirstFrame(by: UInt64)
        case open
        /// The client was told that the server stops; streams that it opens meanwhile are still served.
        case announced(refuseAt: UInt64, closeBy: UInt64)
        /// No further streams are served.
        case draining(closeBy: UInt64)
        /// The client has broken a rule; nothing is served any more.
        case ending(closeBy: UInt64)
    }

    enum Action: Equatable {
        case none
        case announceShutdown
        case refuseFurtherStreams
        case terminate(Reason)
        case close
    }

    private let limits: WireLimits
    private var state: State
    private var lastActivity: UInt64
    private var frameBegan: UInt64?
    private var headBegan: UInt64?
    private var unsentSince: UInt64?
    private(set) var isReadingPaused = false

    init(limits: WireLimits, connectedAt now: UInt64) {
        self.limits = limits
        state = .awaitingFirstFrame(by: now + UInt64(limits.frameTimeoutMilliseconds) * 1_000_000)
        lastActivity = now
    }

    private var frameTimeout: UInt64 { UInt64(limits.frameTimeoutMilliseconds) * 1_000_000 }

    /// Whether bytes that come are still to be read.
    var readsInput: Bool { if case .ending = state { false } else { true } }

    /// Whether no further stream is served, so that the connection is to be closed when the last one has ended.
    var isDraining: Bool { if case .draining = state { true } else { false } }

    /// Bytes came.
    /// - Parameters:
    ///   - isWithinFrame: Whether the beginning of a frame is left.
    ///   - isWithinHead: Whether the head of a request has begun and goes on in further frames.
    mutating func bytesReceived(isWithinFrame: Bool, isWithinHead: Bool, completedFrame: Bool, at now: UInt64) {
        lastActivity = now
        if completedFrame, case .awaitingFirstFrame = state { state = .open }
        if !isWithinFrame { frameBegan = nil } else if frameBegan == nil || completedFrame { frameBegan = now }
        headBegan = isWithinHead ? headBegan ?? now : nil
    }

    /// A call was answered, or an answer got on.
    mutating func callEnded(at now: UInt64) { lastActivity = now }

    /// Whether answers wait because the client does not read.
    mutating func unsentAnswersChanged(waiting: Bool, at now: UInt64) {
        unsentSince = waiting ? unsentSince ?? now : nil
        if !waiting { lastActivity = now }
    }

    /// Whether the server reads nothing for now; meanwhile the client is not to blame for a frame that does not get on.
    mutating func readingChanged(isPaused: Bool, at now: UInt64) {
        if isReadingPaused, !isPaused {
            if frameBegan != nil { frameBegan = now }
            if headBegan != nil { headBegan = now }
        }
        isReadingPaused = isPaused
    }

    /// The server stops.
    mutating func drainRequested(graceNanoseconds: UInt64, at now: UInt64) -> Action {
        switch state {
        case .awaitingFirstFrame, .open:
            state = .announced(refuseAt: now + Self.noticeTime, closeBy: now + graceNanoseconds)
            return .announceShutdown
        case .announced, .draining, .ending: return .none
        }
    }

    /// The client has heard that the server stops.
    mutating func shutdownHeard() -> Action {
        guard case .announced(_, let closeBy) = state else { return .none }
        state = .draining(closeBy: closeBy)
        return .refuseFurtherStreams
    }

    /// A rule was broken.
    mutating func end(_ reason: Reason, at now: UInt64) -> Action {
        if case .ending = state { return .none }
        state = .ending(closeBy: now + Self.endingGrace)
        return .terminate(reason)
    }

    /// - Parameter hasStreams: Whether any stream is open.
    mutating func timeReached(_ now: UInt64, hasStreams: Bool) -> Action {
        if let unsentSince, unsentSince + Self.unsentTimeout <= now { return .close }
        switch state {
        case .awaitingFirstFrame(let by): return by <= now ? end(.firstFrameTimeout, at: now) : .none
        case .open:
            if frameDeadline <= now { return end(.frameTimeout, at: now) }
            return idleDeadline(hasStreams) <= now ? end(.idle, at: now) : .none
        case .announced(let refuseAt, let closeBy):
            if closeBy <= now { return .close }
            return refuseAt <= now ? shutdownHeard() : .none
        case .draining(let closeBy), .ending(let closeBy): return closeBy <= now ? .close : .none
        }
    }

    /// When `timeReached` wants to be called next, at the latest.
    func nextWakeUp(hasStreams: Bool) -> UInt64 {
        let unsent = unsentSince.map { $0 + Self.unsentTimeout } ?? .max
        switch state {
        case .awaitingFirstFrame(let by): return min(by, unsent)
        case .open: return min(frameDeadline, idleDeadline(hasStreams), unsent)
        case .announced(let refuseAt, let closeBy): return min(refuseAt, closeBy, unsent)
        case .draining(let closeBy), .ending(let closeBy): return min(closeBy, unsent)
        }
    }

    private var frameDeadline: UInt64 {
        guard !isReadingPaused, let began = [frameBegan, headBegan].compactMap(\.self).min() else { return .max }
        return began + frameTimeout
    }

    private func idleDeadline(_ hasStreams: Bool) -> UInt64 {
        hasStreams ? .max : lastActivity + UInt64(limits.idleTimeoutMilliseconds) * 1_000_000
    }
}

extension ConnectionMachine.Reason {
    /// What the client is to blame for; nil when that is nothing, or was counted when it was accepted.
    var refusal: ConnectionRefusal? {
        switch self {
        case .firstFrameTimeout: .firstFrameTimeout
        case .frameTimeout: .frameTimeout
        case .flood: .flood
        case .idle, .connectionLimit: nil
        }
    }
}
