internal import CLibPQ
internal import NIOCore

/// One connection in pipeline mode. Owns its PGconn; confined to its event loop, whose thread it never blocks.
final class Connection {
    /// What a wake-up brought for a call.
    typealias Outcome = PipelineMachine<PendingCall>.Outcome

    /// libpq can give NULL for ever after a connection broke in an unlucky moment; more results than this in one
    /// wake-up without one answer are no results.
    private static let maximumResultsWithoutAnswer = 10_000

    /// Calls that it may have in flight whatever the answers take: one works, another one waits.
    private static let leastDepth = 2

    private let connection: OpaquePointer
    private var machine = PipelineMachine<PendingCall>()
    private var prepared = PreparedStatements()
    /// There is more to send than the socket took.
    private var needsFlush = false
    /// Is told when it begins or ceases to wait until its socket can be written.
    var writeInterestChanged: (Bool) -> Void = { _ in }
    /// It takes no further calls and ends when it is idle.
    private(set) var isRetiring = false
    /// When the oldest call in flight became the oldest.
    private(set) var oldestSince: UInt64 = 0
    private var limit: InFlightLimit
    private let patienceNanoseconds: UInt64
    /// The last request to stop what the server works on.
    private var cancelRequest = CancelRequest.none
    /// When it was opened, in nanoseconds of the monotonic clock.
    let openedAt = MonotonicClock.now

    /// - Parameters:
    ///   - connection: Connected, non-blocking and in pipeline mode; this object owns it from now on.
    ///   - depth: Calls in flight, at most.
    ///   - patienceNanoseconds: For how long it may be silent before it counts as slow.
    init(owning connection: OpaquePointer, depth: Int, patienceNanoseconds: UInt64) {
        self.connection = connection
        self.patienceNanoseconds = patienceNanoseconds
        limit = InFlightLimit(min(Self.leastDepth, depth)...depth)
    }

    deinit { PQfinish(connection) }

    var descriptor: CInt { PQsocket(connection) }
    var callsInFlight: Int { machine.count }

    /// How many calls are worth having in flight now: none more behind something slow, since another connection may be
    /// free before.
    func limit(at now: UInt64) -> Int {
        let isSilent = !machine.isEmpty && now &- oldestSince > patienceNanoseconds
        return isSilent || isRetiring ? 0 : limit.current
    }

    /// Further calls that are worth sending now.
    func room(at now: UInt64) -> Int { max(0, limit(at: now) - callsInFlight) }

    /// It was passed over for want of room.
    func wasFull() { limit.reached() }

    func retire() { isRetiring = true }

    /// Why it is broken, as libpq says it.
    var failureReason: String { errorMessage(of: connection) }

    /// Answers the calls whose deadline has passed; what still comes for them is dropped.
    func expireCalls(at now: UInt64) {
        machine.forEachCall { call in
            if call.hasExpired(at: now) { call.fail(.deadlineExceeded) }
        }
    }

    /// All calls that it will not answer any more.
    func end() -> [PendingCall] { machine.connectionEnded() }
}

// MARK: Work for nobody

extension Connection {
    private enum CancelRequest {
        case none
        case underWay
        /// The server was told then.
        case ended(at: UInt64)
    }

    /// How long PostgreSQL may work on for callers who have all gone: asking it to stop costs more than most
    /// statements.
    private static let abandonedNanoseconds: UInt64 = 100_000_000
    /// How long after a request nothing else is asked of the same server process, and until when it may have hit a call
    /// that was sent meanwhile.
    private static let cancelPauseNanoseconds: UInt64 = 500_000_000

    /// Stops PostgreSQL when all callers of what it works on have gone, so that it does not keep others waiting.
    func cancelAbandonedWork(by canceller: StatementCanceller, on eventLoop: any EventLoop, at now: UInt64) {
        guard oldestSince + Self.abandonedNanoseconds <= now,
            machine.firstSegment(allSatisfy: { $0.stage == .finished })
        else { return }
        switch cancelRequest {
        case .underWay: return
        case .ended(let end) where now < end + Self.cancelPauseNanoseconds: return
        case .none, .ended: break
        }
        cancelRequest = .underWay
        canceller.cancel(connection, on: eventLoop).assumeIsolated().whenComplete { [weak self] _ in
            self?.cancelRequest = .ended(at: MonotonicClock.now)
        }
    }

    /// Whether a call that PostgreSQL has stopped working on may have been hit by a request that was meant for another.
    func mayHaveHit(_ call: PendingCall) -> Bool {
        switch cancelRequest {
        case .none: false
        case .underWay: true
        case .ended(let end): call.sentAt < end + Self.cancelPauseNanoseconds
        }
    }
}

// MARK: Sending

extension Connection {
    /// Whether a call can be sent without preparing anything first: only those share a segment.
    func isPrepared(_ call: PendingCall) -> Bool {
        prepared[call.text] != nil && call.contextText.map { prepared[$0] != nil } ?? true
    }

    /// Sends calls as one segment: of each what is not prepared yet and its statements, and one Sync behind all.
    /// - Parameter timeoutMilliseconds: How long PostgreSQL may work on a call.
    /// - Returns: Whether they were taken; if not, the connection is broken.
    func send(
        _ calls: ArraySlice<PendingCall>, using space: inout SendingSpace, at now: UInt64,
        timeoutMilliseconds: (PendingCall) -> Int
    ) -> Bool {
        if machine.isEmpty { oldestSince = now }
        for call in calls {
            guard send(call, using: &space, timeoutMilliseconds: timeoutMilliseconds) else { return false }
            call.stage = .sent
            call.sentAt = now
        }
        guard PQpipelineSync(connection) == 1 else { return false }
        machine.syncSent()
        return flush()
    }

    private func send(
        _ call: PendingCall, using space: inout SendingSpace, timeoutMilliseconds: (PendingCall) -> Int
    ) -> Bool {
        var preceding = 0
        let contextText = call.contextText
        // Preparation stands before everything that can fail, so that a later segment can count on it.
        if let contextText, prepared[contextText] == nil, !prepare(contextText, &preceding) { return false }
        if prepared[call.text] == nil, !prepare(call.text, &preceding) { return false }
        if let contextText {
            space.context.removeAll()
            call.context?.bind(to: &space.context, timeoutMilliseconds: timeoutMilliseconds(call))
            guard execute(contextText, space.context, &space.pointers) else { return false }
            preceding += 1
        }
        guard execute(call.text, call.parameters, &space.pointers) else { return false }
        machine.callSent(call, preceding: preceding)
        return true
    }

    /// - Returns: Whether the connection is good. The statement stays unprepared when there are too many already.
    private func prepare(_ text: StatementText, _ preceding: inout Int) -> Bool {
        if prepared.isFull { return true }
        guard PQsendPrepare(connection, prepared.add(text), text.sql, Int32(text.types.count), text.types) == 1 else {
            return false
        }
        preceding += 1
        return true
    }

    private func execute(_ text: StatementText, _ parameters: Parameters, _ pointers: inout ParameterPointers) -> Bool {
        precondition(parameters.count == text.types.count, "\(text.name) binds another number of parameters.")
        let count = Int32(parameters.count)
        let name = prepared[text]
        return parameters.withPointers(in: &pointers) { values, lengths, formats in
            guard let name else {
                return PQsendQueryParams(connection, text.sql, count, text.types, values, lengths, formats, 1)
            }
            return PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
        } == 1
    }

    /// The statements of a call are to be prepared anew before it runs again.
    func forgetPreparation(of call: PendingCall) {
        prepared.forget(call.text)
        if let text = call.contextText { prepared.forget(text) }
    }

    private func flush() -> Bool {
        let outcome = PQflush(connection)
        if needsFlush != (outcome == 1) {
            needsFlush = outcome == 1
            writeInterestChanged(needsFlush)
        }
        return outcome >= 0
    }
}

// MARK: Receiving

extension Connection {
    /// Reads and writes what the socket has and takes, and reports each answered call. What is left unread is announced
    /// again.
    /// - Returns: Whether the connection is still good.
    func process(at now: UInt64, _ report: (PendingCall, Outcome) -> Void) -> Bool {
        guard PQconsumeInput(connection) == 1, receiveResults(at: now, report) else { return false }
        if needsFlush, !flush() { return false }
        return PQstatus(connection) == CONNECTION_OK
    }

    private func receiveResults(at now: UInt64, _ report: (PendingCall, Outcome) -> Void) -> Bool {
        var withoutAnswer = 0
        while !machine.isEmpty, PQisBusy(connection) == 0 {
            withoutAnswer += 1
            guard withoutAnswer < Self.maximumResultsWithoutAnswer else { return false }
            guard let result = PQgetResult(connection) else {
                guard machine.statementEnded() == .proceed else { return false }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
                guard rowsReceived(Rows(owning: result)) else { return false }
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                withoutAnswer = 0
                guard syncReceived(at: now, report) else { return false }
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
                guard machine.abortedReceived() == .proceed else { return false }
            default:
                defer { PQclear(result) }
                // With the connection gone, what libpq reports is not the server's word on this call.
                guard PQstatus(connection) == CONNECTION_OK,
                    machine.errorReceived(ServerError(result: result)) == .proceed
                else { return false }
            }
        }
        return true
    }

    private func rowsReceived(_ rows: consuming Rows) -> Bool {
        switch machine.rowsReceived() {
        case .answer(let call):
            if call.stage != .finished {
                call.received(rows)
                // Others of its segment may take a while.
                if call.canShareSegment { call.succeed() }
            }
            return true
        case .discard: return true
        case .protocolViolation: return false
        }
    }

    private func syncReceived(at now: UInt64, _ report: (PendingCall, Outcome) -> Void) -> Bool {
        oldestSince = now
        return machine.syncReceived { call, outcome in
            limit.answered(after: now &- call.sentAt, at: now)
            report(call, outcome)
        } == .proceed
    }
}

/// What sending needs besides the call. Used again for every call.
struct SendingSpace {
    var context = Parameters()
    var pointers = ParameterPointers()
}
