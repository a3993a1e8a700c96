/// The connections that serve one kind of calls, and the calls that wait for them: by share, and the shares take turns.
/// Confined to its event loop.
///
/// What comes within one turn of the loop goes out at its end: calls that look a few rows up share segments, so that
/// they cost one system call and one answer together.
///
/// Look-ups go over the first connection as long as that keeps up, and only then over the next: each connection is a
/// process of PostgreSQL, and fewer that are busy leave processors to those that have work for them, and keep their
/// caches. All else goes over the one with the fewest calls, of those the last, since it may take longer.
final class ConnectionGroup {
    /// A place for one connection.
    enum Slot {
        case empty
        case opening
        case open(Connection)
    }

    /// Calls of one segment, at most: those at its beginning wait for the answer of those at its end.
    private static let maximumSegment = 16
    /// Segments for what comes together, at least, while a connection has little to do: the answers of the first are
    /// on their way to their callers while PostgreSQL works on the second.
    private static let leastSegments = 2
    /// How long calls whose callers have gone keep their places in the queue, where nothing can be sent.
    private static let longestLookPauseNanoseconds: UInt64 = 50_000_000

    var slots: [Slot]
    var backOff: [ReconnectBackOff]
    private var queue = FairQueue<PendingCall>()
    /// What came in this turn of the loop.
    private var arrivals: [PendingCall] = []
    /// What goes out now.
    private var departures: [PendingCall] = []
    /// Calls in flight on one connection, at most.
    private let depth: Int
    private let patienceNanoseconds: UInt64
    /// How long a call may wait.
    private let longestWaitNanoseconds: UInt64
    /// Before then no call that waits has done so too long, and when they were looked at last.
    private var firstEnd = UInt64.max
    private var lookedAt: UInt64 = 0
    /// When a call of one of its connections last succeeded, whoever still waited for it; 0 for never.
    private(set) var answeredAt: UInt64 = 0
    private var totals = GroupFigures.Totals()
    private var space = SendingSpace()

    /// - Parameters:
    ///   - depth: Calls in flight on one connection, at most.
    ///   - patienceNanoseconds: As long as PostgreSQL takes for an answer, unless it works on something slow: nothing
    ///     is sent behind that.
    ///   - longestWaitNanoseconds: How long a call may wait for one of the connections.
    init(connections: Int, depth: Int, patienceNanoseconds: UInt64 = .max, longestWaitNanoseconds: UInt64) {
        slots = Array(repeating: .empty, count: connections)
        backOff = Array(repeating: ReconnectBackOff(), count: connections)
        self.depth = depth
        self.patienceNanoseconds = patienceNanoseconds
        self.longestWaitNanoseconds = longestWaitNanoseconds
    }

    /// A connection of this group.
    func makeConnection(owning connection: OpaquePointer) -> Connection {
        Connection(owning: connection, depth: depth, patienceNanoseconds: patienceNanoseconds)
    }

    var openConnections: Int { slots.count { if case .open = $0 { true } else { false } } }
    var waitingCalls: Int { queue.count + arrivals.count }
    /// Those of them that are in the queue.
    var queuedCalls: Int { queue.count }
    /// Whether some are not in the queue yet.
    var hasArrivals: Bool { !arrivals.isEmpty }
    var callsInFlight: Int { sum(\.callsInFlight) }
    /// How many calls may be in flight.
    func inFlightLimit(at now: UInt64) -> Int { sum { $0.limit(at: now) } }
    func figures(at now: UInt64) -> GroupFigures {
        GroupFigures(
            waitingCalls: waitingCalls, callsInFlight: callsInFlight, inFlightLimit: inFlightLimit(at: now),
            totals: totals)
    }
    var isIdle: Bool { queue.isEmpty && arrivals.isEmpty && callsInFlight == 0 }

    private func sum(_ number: (Connection) -> Int) -> Int {
        slots.reduce(0) { if case .open(let connection) = $1 { $0 + number(connection) } else { $0 } }
    }
}

// MARK: Waiting

extension ConnectionGroup {
    func append(_ call: PendingCall) {
        firstEnd = min(firstEnd, end(of: call))
        arrivals.append(call)
    }

    /// Puts a call before all others of its share.
    /// - Parameter hadTurn: Whether it is to be sent again.
    func prepend(_ call: PendingCall, hadTurn: Bool) {
        call.stage = .waiting
        firstEnd = min(firstEnd, end(of: call))
        queue.prepend(call, of: call.share, hadTurn: hadTurn)
    }

    /// Whether a call of this share has a place in the queue, or more right to one than a call that has it.
    /// - Parameter room: Calls that the queue may still take.
    func hasPlace(for share: QueueShare, room: Int) -> Bool {
        let length = queue.length(of: share)
        return QueueRoom.isEnough(room, for: share, having: length) || queue.canMakeRoom(having: length)
    }

    /// Whether the line of this share may become longer. It may always begin; and where others have filled the queue,
    /// it may become half as long as the longest.
    /// - Parameters:
    ///   - coming: Calls of the share that do not wait here yet.
    ///   - capacity: Calls that may wait.
    ///   - room: Calls that the queue may take all the same.
    func mayGrow(_ share: QueueShare, beside coming: Int, waiting: Int, capacity: Int, room: Int) -> Bool {
        let length = queue.length(of: share) + coming
        return length == 0
            || QueueRoom.isEnough(capacity - waiting, for: share, having: length)
            || (room > 0 && queue.canMakeRoom(having: length))
    }

    /// Lets what came wait in the queue.
    /// - Parameters:
    ///   - room: Calls that the queue may still take.
    ///   - refuse: Is called for each that has no place.
    func queueArrivals(room: Int, at now: UInt64, _ refuse: (PendingCall) -> Void) {
        var room = room
        takeArrivals { call in
            guard call.stage != .finished else { return left(call, at: now) }
            if !queue.hasPlace(for: call.share, room: room) {
                guard let displaced = queue.makeRoom(for: call.share) else { return refuse(call) }
                refuse(displaced)
                room += 1
            }
            queue.append(call, of: call.share)
            room -= 1
        }
    }

    /// Whoever is told of an error may at once come with another call: that one arrives in the next turn.
    private func takeArrivals(_ body: (PendingCall) -> Void) {
        var arrived: [PendingCall] = []
        swap(&arrived, &arrivals)
        for call in arrived { body(call) }
        // Its memory serves the next turn.
        arrived.removeAll(keepingCapacity: true)
        if arrivals.isEmpty { swap(&arrived, &arrivals) }
    }

    /// A call does not wait any more and was not sent. Mostly its caller had a clock too, and was quicker.
    private func left(_ call: PendingCall, at now: UInt64) {
        if call.hasExpired(at: now), call.sentAt == 0 { totals.expiredCalls += 1 }
    }

    /// Until when a call may wait.
    private func end(of call: PendingCall) -> UInt64 {
        min(call.deadlineNanoseconds, call.submittedAt + longestWaitNanoseconds)
    }

    /// Ends the calls that have waited as long as they may, and forgets those whose callers have gone. With many
    /// waiting a look at all of them costs as much as a hundred calls: it is taken when one must end, and now and then.
    /// - Parameter error: Of one whose deadline has not passed.
    func endOverdue(at now: UInt64, _ error: @autoclosure () -> PostgresError) {
        guard now >= min(firstEnd, lookedAt + Self.longestLookPauseNanoseconds) else { return }
        lookedAt = now
        firstEnd = .max
        endWaiting(at: now) { call in
            if call.hasExpired(at: now) { return .deadlineExceeded }
            let end = end(of: call)
            if end <= now { return error() }
            firstEnd = min(firstEnd, end)
            return nil
        }
    }

    /// Ends every waiting call that has an error, and forgets those that are over.
    func endWaiting(at now: UInt64, _ error: (PendingCall) -> PostgresError?) {
        var ended: [(call: PendingCall, error: PostgresError)] = []
        func isOver(_ call: PendingCall) -> Bool {
            let error = call.stage == .finished ? nil : error(call)
            guard call.stage == .finished || error != nil else { return false }
            if let error { ended.append((call, error)) }
            left(call, at: now)
            return true
        }
        arrivals.removeAll(where: isOver)
        queue.removeAll(where: isOver)
        // Not before: they may come with other calls at once.
        for (call, error) in ended { call.fail(error) }
    }
}

// MARK: Sending

extension ConnectionGroup {
    /// Sends what may be sent.
    /// - Parameters:
    ///   - queueRoom: Calls that the queue may still take.
    ///   - refuse: Is called for each that has no place in the queue, each whose deadline has passed, and each that a
    ///     broken connection did not take.
    ///   - broken: Is called with the place of each connection that did not take what it was given.
    func send(
        at now: UInt64, queueRoom: Int, timeoutMilliseconds: (PendingCall) -> Int,
        refuse: (PendingCall, PostgresError) -> Void, broken: (Connection, Int) -> Void
    ) {
        let room = sum { $0.room(at: now) }
        if !queue.isEmpty || arrivals.count > room || openConnections == 0 {
            queueArrivals(room: queueRoom, at: now) { refuse($0, .queueFull) }
            if openConnections > 0, room >= leastRoom(at: now) { takeFromQueue(room, at: now, refuse) }
            if !queue.isEmpty { for case .open(let connection) in slots { connection.wasFull() } }
        } else {
            takeArrivals { depart($0, at: now, refuse) }
        }
        sendDepartures(at: now, timeoutMilliseconds, refuse, broken)
    }

    /// While calls wait, those that look something up go out as whole segments: one by one each would cost a system
    /// call of ours and one of PostgreSQL's. Until there is room for one, the connections have most of what they may
    /// have in flight. What else waits in this queue goes out between them.
    private func leastRoom(at now: UInt64) -> Int {
        depth < Self.maximumSegment ? 1 : min(Self.maximumSegment, max(1, inFlightLimit(at: now) / 4))
    }

    private func takeFromQueue(_ room: Int, at now: UInt64, _ refuse: (PendingCall, PostgresError) -> Void) {
        while departures.count < room, let call = queue.popFirst() { depart(call, at: now, refuse) }
    }

    private func depart(_ call: PendingCall, at now: UInt64, _ refuse: (PendingCall, PostgresError) -> Void) {
        let isOver = call.stage == .finished
        guard !isOver, !call.hasExpired(at: now) else {
            left(call, at: now)
            if !isOver { refuse(call, .deadlineExceeded) }
            return
        }
        departures.append(call)
    }

    private func sendDepartures(
        at now: UInt64, _ timeoutMilliseconds: (PendingCall) -> Int, _ refuse: (PendingCall, PostgresError) -> Void,
        _ broken: (Connection, Int) -> Void
    ) {
        guard !departures.isEmpty else { return }
        var next = 0
        while next < departures.count {
            guard let (connection, index) = chooseConnection(for: departures[next], at: now) else {
                // More than the limits promised, because a connection has gone meanwhile.
                for call in departures[next...].reversed() { prepend(call, hadTurn: true) }
                break
            }
            let end = endOfSegment(from: next, on: connection, at: now)
            let calls = departures[next..<end]
            count(calls, at: now)
            if !connection.send(calls, using: &space, at: now, timeoutMilliseconds: timeoutMilliseconds) {
                // Backwards, so that the first one is the first again.
                for call in calls.reversed() where call.stage != .sent { refuse(call, .connectionLost(sent: false)) }
                broken(connection, index)
            }
            next = end
        }
        departures.removeAll(keepingCapacity: true)
    }

    /// Calls are given to a connection. Who heard of an error in this very turn may have come with one only then.
    private func count(_ calls: ArraySlice<PendingCall>, at now: UInt64) {
        totals.sentCalls += UInt64(calls.count)
        totals.waitedNanoseconds += calls.reduce(0) { waited, call in
            call.sentAt == 0 && now > call.submittedAt ? waited + (now - call.submittedAt) : waited
        }
    }

    private func endOfSegment(from start: Int, on connection: Connection, at now: UInt64) -> Int {
        // With enough to do for PostgreSQL a segment is as long as it may be.
        let isBusy = connection.callsInFlight >= Self.maximumSegment
        let share = isBusy ? departures.count : (departures.count + Self.leastSegments - 1) / Self.leastSegments
        let last = min(departures.count, start + min(share, Self.maximumSegment, connection.room(at: now)))
        var end = start
        while end < last, departures[end].canShareSegment, connection.isPrepared(departures[end]) { end += 1 }
        return max(end, start + 1)
    }

    private func chooseConnection(for call: PendingCall, at now: UInt64) -> (Connection, Int)? {
        var best: (connection: Connection, index: Int)?
        for index in slots.indices {
            guard case .open(let connection) = slots[index] else { continue }
            guard connection.room(at: now) > 0 else {
                connection.wasFull()
                continue
            }
            if call.canShareSegment { return (connection, index) }
            if best.map({ connection.callsInFlight <= $0.connection.callsInFlight }) ?? true {
                best = (connection, index)
            }
        }
        return best
    }
}

// MARK: Receiving

extension ConnectionGroup {
    /// Reads what a connection has and answers its calls.
    /// - Returns: Whether it goes on.
    func process(_ connection: Connection, at now: UInt64) -> Bool {
        var again: [PendingCall] = []
        let isGood = connection.process(at: now) { call, outcome in
            if case .succeeded = outcome { answeredAt = now }
            guard call.stage != .finished else { return }
            switch outcome {
            case .succeeded: call.succeed()
            case .aborted:
                call.runsAlone = true
                again.append(call)
            case .failed(let error):
                if error.retiresConnection { connection.retire() }
                guard mayRunAgain(call, after: error, on: connection) else { return call.fail(.server(error)) }
                again.append(call)
            }
        }
        // Backwards, so that the first one is the first again.
        for call in again.reversed() { prepend(call, hadTurn: true) }
        return isGood && !(connection.isRetiring && connection.callsInFlight == 0)
    }

    /// Whether what went wrong was not the call's own doing, and is mended.
    private func mayRunAgain(_ call: PendingCall, after error: ServerError, on connection: Connection) -> Bool {
        if error.asksForPreparation, !call.wasPreparedAgain {
            call.wasPreparedAgain = true
            connection.forgetPreparation(of: call)
            return true
        }
        if error.isCancellation, !call.wasRunAgain, connection.mayHaveHit(call) {
            call.wasRunAgain = true
            return true
        }
        return false
    }
}
