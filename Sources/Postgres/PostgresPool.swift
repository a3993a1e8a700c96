package import Logging
package import NIOCore

/// The connections of one event loop to one database under one role, and the calls that wait for them.
///
/// Reads go through few connections, each with many calls in its pipeline; writes through more of them, because each
/// waits for its own commit, and those of several connections reach the disk together. A look-up goes to the first
/// connection that keeps up, all else to the one with the fewest calls in flight. Calls that have to wait do so by
/// share, and the shares take turns. Connections that end are replaced after a jittered pause. Every wait is bounded:
/// by the pool's own limit and by the call's deadline.
///
/// Unchecked: everything but `warm` and `close` is confined to the event loop.
package final class PostgresPool: @unchecked Sendable {
    /// How often waiting and sent calls are looked at for their deadlines.
    private static let sweepInterval = TimeAmount.milliseconds(20)
    /// How long it keeps PostgreSQL waiting for what other work on the loop takes: about as long as PostgreSQL takes
    /// for what it is given at a time.
    private static let longestPauseNanoseconds: UInt64 = 500_000
    /// For how long a connection of reads may be silent before nothing is sent behind what it works on. A busy machine
    /// lets it wait for a processor about as long.
    private static let patienceNanoseconds: UInt64 = 4_000_000
    /// Writes in flight on one connection: one commits, the next one is there when it has.
    private static let writeDepth = 2
    /// A connection whose oldest call is this much older than PostgreSQL may work on it is taken for dead.
    private static let stallGraceNanoseconds: UInt64 = 5_000_000_000
    /// Calls that wait before connections that have several in flight are refused more, but for tenants that have few
    /// or none of them. Who waits for an answer before it asks again cannot ask for too much, and has the rest of the
    /// queue; the others can, and what waits longer is cold in the processor's caches when its turn comes: with
    /// thousands waiting a call costs almost twice as much.
    private static let pipelinedCapacity = 512
    /// Without any connection for this long, calls are refused at once rather than at the end of their wait.
    private static let outageNanoseconds: UInt64 = 1_000_000_000

    private let configuration: Configuration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let opener: ConnectionOpener
    private let canceller = StatementCanceller()
    private let readers: ConnectionGroup
    /// Without connections where reads and writes share theirs.
    private let writers: ConnectionGroup
    private let groups: [ConnectionGroup]
    /// Calls that have their places and are still to come.
    private var heldCalls: [Held: Int] = [:]

    private struct Held: Hashable {
        let share: QueueShare
        let effect: Effect
    }
    private var turnEndIsScheduled = false
    /// Calls are sent, or told what became of them; whoever hears of it may ask to go on, and must not be heard.
    private var isAtWork = false
    /// When connections were last looked at and sent to.
    private var lastLook: UInt64 = 0
    private var sweep: Scheduled<Void>?
    private var isClosed = false
    /// Since when there is no connection, and why.
    private var outage: (since: UInt64, reason: String)?
    private var warmUps: [EventLoopPromise<Void>] = []

    package init(configuration: Configuration, eventLoop: any EventLoop, logger: Logger) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.logger = logger
        opener = ConnectionOpener(configuration)
        let longestWait = UInt64(configuration.queueWaitMilliseconds) * 1_000_000
        readers = ConnectionGroup(
            connections: configuration.connections, depth: configuration.pipelineDepth,
            patienceNanoseconds: Self.patienceNanoseconds, longestWaitNanoseconds: longestWait)
        writers = ConnectionGroup(
            connections: configuration.writeConnections, depth: min(Self.writeDepth, configuration.pipelineDepth),
            longestWaitNanoseconds: longestWait)
        groups = [readers, writers]
    }

    /// Connections that are open now.
    package var openConnections: Int { readers.openConnections + writers.openConnections }
    /// Connections that there should be.
    package var wantedConnections: Int { configuration.connections + configuration.writeConnections }
    /// Calls that wait for a connection now.
    package var waitingCalls: Int { readers.waitingCalls + writers.waitingCalls }
    /// When the oldest of its open connections was opened, in nanoseconds of the monotonic clock; now when there is
    /// none. Later than a moment, it tells that every connection of that moment is gone.
    package var connectedSince: UInt64 {
        let connections = groups.flatMap(\.slots).compactMap { if case .open(let open) = $0 { open } else { nil } }
        return connections.map(\.openedAt).min() ?? MonotonicClock.now
    }
    /// Whether a call on one of the connections that reads go over has succeeded since then, and the next one has a
    /// connection.
    /// - Parameter time: In nanoseconds of the monotonic clock.
    package func answersReads(since time: UInt64) -> Bool {
        readers.openConnections > 0 && readers.answeredAt >= time
    }
    /// Calls that were sent and have no answer yet.
    package var callsInFlight: Int { readers.callsInFlight + writers.callsInFlight }

    /// How the connections of reads are doing, or those of writes.
    package func figures(of effect: Effect) -> GroupFigures {
        (effect == .write ? writers : readers).figures(at: MonotonicClock.now)
    }
}

// MARK: Life

extension PostgresPool {
    /// Opens all connections and waits until they are ready. From any task.
    /// - Throws: `unavailable` with the reason when they cannot be had within the time to connect.
    package func warm() async throws(PostgresError) {
        do {
            try await eventLoop.flatSubmit { self.warmOnLoop() }.get()
        } catch let error as PostgresError {
            throw error
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private func warmOnLoop() -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        warmUps.append(promise)
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(configuration.connectTimeoutMilliseconds))) {
            promise.fail(PostgresError.unavailable(self.outage?.reason ?? "the database did not answer in time"))
        }
        openAll(readers)
        completeWarmUps()
        return promise.futureResult
    }

    private func completeWarmUps() {
        guard readers.openConnections == configuration.connections else { return }
        for promise in warmUps { promise.succeed() }
        warmUps.removeAll()
        // Nobody waits for these: until they are there, the others do their work.
        openAll(writers)
    }

    private func openAll(_ group: ConnectionGroup) { for index in group.slots.indices { open(index, of: group) } }

    /// Ends everything; calls that have no answer get `closed` or, when they were sent, `connectionLost`. From any
    /// task.
    package func close() async {
        try? await eventLoop.submit { self.closeOnLoop() }.get()
        canceller.close()
        await opener.close()
    }

    private func closeOnLoop() {
        guard !isClosed else { return }
        isClosed = true
        sweep?.cancel()
        for promise in warmUps { promise.fail(PostgresError.closed) }
        warmUps.removeAll()
        for group in groups {
            for index in group.slots.indices {
                if case .open(let connection) = group.slots[index] { drop(connection, at: index, of: group) }
            }
            group.endWaiting(at: MonotonicClock.now) { _ in .closed }
        }
    }

    private func open(_ index: Int, of group: ConnectionGroup) {
        guard !isClosed, case .empty = group.slots[index] else { return }
        group.slots[index] = .opening
        opener.open(on: eventLoop).assumeIsolated().whenSuccess { result in
            switch result {
            case .success(let opened):
                self.opened(group.makeConnection(owning: opened.connection), at: index, of: group)
            case .failure(let error): self.openingFailed(error, at: index, of: group)
            }
        }
    }

    private func opened(_ connection: Connection, at index: Int, of group: ConnectionGroup) {
        group.slots[index] = .empty
        guard !isClosed else { return }
        do {
            let signals = try SocketSignals.of(eventLoop)
            let isWatched = signals.watch(connection.descriptor, for: connection) {
                self.process(connection, at: index, of: group)
            }
            connection.writeInterestChanged = { [unowned connection] in signals.wantWrite($0, of: connection) }
            guard isWatched else { throw PostgresError.unavailable("the socket cannot send signals") }
        } catch {
            return openingFailed(error as? PostgresError ?? .unavailable("\(error)"), at: index, of: group)
        }
        group.slots[index] = .open(connection)
        group.backOff[index].succeeded()
        if let outage {
            logger.notice(
                "The database is back",
                metadata: ["pool": "\(configuration.name)", "reason_of_outage": "\(outage.reason)"])
        }
        outage = nil
        completeWarmUps()
        scheduleTurnEnd()
    }

    private func openingFailed(_ error: PostgresError, at index: Int, of group: ConnectionGroup) {
        group.slots[index] = .empty
        guard !isClosed else { return }
        let reason = if case .unavailable(let reason) = error { reason } else { "\(error)" }
        noteOutage(reason)
        let pause = group.backOff[index].failed()
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) { self.open(index, of: group) }
    }

    private func noteOutage(_ reason: String) {
        guard openConnections == 0 else { return }
        if outage == nil {
            logger.warning(
                "No connection to the database", metadata: ["pool": "\(configuration.name)", "reason": "\(reason)"])
        }
        outage = (outage?.since ?? MonotonicClock.now, reason)
    }
}

// MARK: Calls

extension PostgresPool {
    /// Runs a call in a transaction of its own and waits for it; its rows are there when this returns.
    package func run(_ call: PendingCall) async throws(PostgresError) {
        let error: PostgresError? = await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                eventLoop.preconditionInEventLoop()
                // The cancellation handler comes back to the loop only after this.
                guard !Task.isCancelled else { return continuation.resume(returning: .cancelled) }
                submit(call) { _, error in continuation.resume(returning: error) }
            }
        } onCancel: {
            eventLoop.execute { call.cancel() }
        }
        if let error { throw error }
    }

    /// Runs a call in a transaction of its own. On the loop.
    /// - Parameters:
    ///   - attempts: How often it may go out, each time because it got lost with its connection; a change only once,
    ///     since it may have happened.
    ///   - hasPlace: Whether it goes on where another call ended, and has that one's place.
    ///   - completion: Called once, perhaps at once; without an error the call's rows can be read in it.
    package func submit(
        _ call: PendingCall, attempts: Int = 1, hasPlace: Bool = false,
        _ completion: @escaping (PendingCall, PostgresError?) -> Void
    ) {
        precondition(attempts == 1 || call.effect == .read, "A change does not go out again.")
        let now = MonotonicClock.now
        call.await(completion, attempts: attempts, since: now)
        admit(call, hasPlace ? .ofAnother : .none, at: now)
    }

    /// In the queue.
    private enum Place {
        case none
        /// That of a call of its share that has ended.
        case ofAnother
        /// Its own: it was sent before.
        case kept
    }

    private func admit(_ call: PendingCall, _ place: Place, at now: UInt64) {
        if let error = refusal(of: call, at: now) { return call.fail(error) }
        let group = group(for: call.effect)
        switch place {
        case .none: group.append(call)
        case .ofAnother: group.prepend(call, hadTurn: false)
        case .kept: group.prepend(call, hadTurn: true)
        }
        scheduleTurnEnd()
    }

    private func refusal(of call: PendingCall, at now: UInt64) -> PostgresError? {
        if isClosed { return .closed }
        if call.hasExpired(at: now) { return .deadlineExceeded }
        if let outage, now > outage.since + Self.outageNanoseconds { return .unavailable(outage.reason) }
        return nil
    }

    /// A call cannot go out or gets no answer. What got lost with its connection perhaps goes out again.
    private func sendAgainOrFail(_ call: PendingCall, _ error: PostgresError) {
        let now = MonotonicClock.now
        guard case .connectionLost = error, call.takesNextAttempt(at: now) else { return call.fail(error) }
        admit(call, .kept, at: now)
    }

    private func group(for effect: Effect) -> ConnectionGroup {
        effect == .write && writers.openConnections > 0 ? writers : readers
    }

    /// Calls that may still wait for connections of one kind. The others take no place from them.
    private func queueRoom(of group: ConnectionGroup) -> Int { configuration.queueCapacity - group.queuedCalls }

    /// Whether so many calls wait that there may be a share without a place for another one. On the loop.
    /// - Parameter own: Calls that the connection of that one has already, waiting or sent.
    package func isCrowded(own: Int) -> Bool {
        let waiting = max(readers.waitingCalls, writers.waitingCalls)
        return own > 0
            ? QueueRoom.isScarce(waiting: waiting - own, capacity: pipelinedCapacity)
            : QueueRoom.isScarce(waiting: waiting, capacity: configuration.queueCapacity)
    }

    private var pipelinedCapacity: Int { min(Self.pipelinedCapacity, configuration.queueCapacity) }

    /// Whether a call would find no place in the queue, which it may where `isCrowded`: known before there is one, it
    /// costs next to nothing to refuse it. On the loop.
    /// - Parameters:
    ///   - own: As of `isCrowded`.
    ///   - hadPlace: Whether the call was held: others of its share that are came later.
    package func isFull(for share: QueueShare, _ effect: Effect, own: Int = 0, hadPlace: Bool = false) -> Bool {
        guard !isAtWork else { return false }
        // What came in this turn has its places first.
        if readers.hasArrivals { queueArrivals(of: readers) }
        if writers.hasArrivals { queueArrivals(of: writers) }
        let group = group(for: effect)
        guard own > 0 else { return !group.hasPlace(for: share, room: queueRoom(of: group)) }
        // What waits for connections of the other kind, or is its own, takes no place from it: how many calls it may
        // have is limited elsewhere.
        let held = hadPlace || heldCalls.isEmpty ? 0 : heldCalls[Held(share: share, effect: effect)] ?? 0
        return !group.mayGrow(
            share, beside: held, waiting: group.waitingCalls - own, capacity: pipelinedCapacity,
            room: queueRoom(of: group))
    }

    private func queueArrivals(of group: ConnectionGroup) {
        atWork {
            group.queueArrivals(room: queueRoom(of: group), at: MonotonicClock.now) { $0.fail(.queueFull) }
        }
    }

    /// A call that has a place comes later: until `endHold` it counts as one of its share's. On the loop.
    package func hold(for share: QueueShare, _ effect: Effect) {
        heldCalls[Held(share: share, effect: effect), default: 0] += 1
    }

    package func endHold(for share: QueueShare, _ effect: Effect) {
        let held = Held(share: share, effect: effect)
        guard let calls = heldCalls[held] else { return assertionFailure("No such call is held.") }
        heldCalls[held] = calls > 1 ? calls - 1 : nil
    }

    /// What has come in this turn of the loop goes out together at its end.
    private func scheduleTurnEnd() {
        guard !turnEndIsScheduled else { return }
        turnEndIsScheduled = true
        eventLoop.assumeIsolated().execute {
            self.turnEndIsScheduled = false
            self.send()
        }
    }

    private func send() {
        let now = MonotonicClock.now
        lastLook = now
        atWork {
            for group in groups where group.waitingCalls > 0 {
                group.send(
                    at: now, queueRoom: queueRoom(of: group),
                    timeoutMilliseconds: { self.statementTimeoutMilliseconds(of: $0, at: now) },
                    refuse: { self.sendAgainOrFail($0, $1) }, broken: { self.drop($0, at: $1, of: group) })
                scheduleSweep()
            }
        }
    }

    /// Calls are told something meanwhile: `goOn` does nothing until it is over.
    private func atWork(_ body: () -> Void) {
        let wasAtWork = isAtWork
        isAtWork = true
        body()
        isAtWork = wasAtWork
    }

    /// Takes what PostgreSQL has brought and sends what has come, if that was not done just now. A turn of the loop
    /// with many busy clients takes long, and at its end PostgreSQL would have waited for all of them. On the loop.
    package func goOn() {
        guard !isAtWork else { return }
        let now = MonotonicClock.now
        guard now >= lastLook + Self.longestPauseNanoseconds, turnEndIsScheduled || callsInFlight > 0 else { return }
        for group in groups {
            for index in group.slots.indices {
                guard case .open(let connection) = group.slots[index], connection.callsInFlight > 0 else { continue }
                process(connection, at: index, of: group)
            }
        }
        send()
    }

    /// What is left until a deadline for PostgreSQL to work on a statement that is sent now.
    private func statementTimeoutMilliseconds(of call: PendingCall, at now: UInt64) -> Int {
        guard call.deadlineNanoseconds > now else { return 1 }
        let remaining = (call.deadlineNanoseconds - now) / 1_000_000
        return max(1, Int(min(remaining, UInt64(configuration.statementTimeoutMilliseconds))))
    }
}

// MARK: What connections bring

extension PostgresPool {
    private func process(_ connection: Connection, at index: Int, of group: ConnectionGroup) {
        guard case .open(let current) = group.slots[index], current === connection else { return }
        atWork {
            if !group.process(connection, at: MonotonicClock.now) { drop(connection, at: index, of: group) }
        }
        if group.waitingCalls > 0 { scheduleTurnEnd() }
    }

    /// Ends a connection and begins another one in its place.
    private func drop(_ connection: Connection, at index: Int, of group: ConnectionGroup) {
        group.slots[index] = .empty
        (try? SocketSignals.of(eventLoop))?.stopWatching(for: connection)
        let reason = connection.failureReason
        // Backwards, so that the first one is the first again.
        for call in connection.end().reversed() {
            sendAgainOrFail(call, .connectionLost(sent: call.effect == .write))
        }
        guard !isClosed else { return }
        logger.info("A connection to the database ended", metadata: ["reason": "\(reason)"])
        noteOutage(reason)
        // The first attempt follows at once, but not within the wake-up that ended the connection.
        let pause = group.backOff[index].ended()
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) { self.open(index, of: group) }
    }

    private func scheduleSweep() {
        guard sweep == nil else { return }
        sweep = eventLoop.assumeIsolated().scheduleTask(in: Self.sweepInterval) { self.sweepCalls() }
    }

    /// Bounds every wait. It also looks at the sockets, so that a signal that never came costs milliseconds and no
    /// more.
    private func sweepCalls() {
        sweep = nil
        let now = MonotonicClock.now
        atWork {
            for group in groups {
                group.endOverdue(at: now, waitError(at: now))
                sweepConnections(of: group, at: now)
            }
        }
        if groups.contains(where: { !$0.isIdle }) { scheduleSweep() }
    }

    private func sweepConnections(of group: ConnectionGroup, at now: UInt64) {
        let stalled = UInt64(configuration.statementTimeoutMilliseconds) * 1_000_000 + Self.stallGraceNanoseconds
        for index in group.slots.indices {
            guard case .open(let connection) = group.slots[index], connection.callsInFlight > 0 else { continue }
            connection.expireCalls(at: now)
            if connection.oldestSince + stalled < now {
                logger.warning("A connection to the database does not answer; it is replaced")
                drop(connection, at: index, of: group)
            } else {
                process(connection, at: index, of: group)
                // Not before: a loop that has not had a processor for a while may have the end of that work to read,
                // and a request would hit what runs again because the last one did.
                connection.cancelAbandonedWork(by: canceller, on: eventLoop, at: now)
            }
        }
    }

    private func waitError(at now: UInt64) -> PostgresError {
        outage.map { .unavailable($0.reason) } ?? .queueTimeout
    }
}
