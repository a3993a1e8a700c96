package import Logging
package import NIOCore

/// The connections of one event loop to one database under one role, and the calls that wait for them.
///
/// A call goes to the connection with the fewest calls in flight, as soon as one has room in its pipeline. Calls that
/// have to wait for it do so by share, and the shares take turns. Connections that end are replaced after a jittered
/// pause. Every wait is bounded: by the pool's own limit and by the call's deadline.
///
/// Unchecked: everything but `warm` and `close` is confined to the event loop.
package final class PostgresPool: @unchecked Sendable {
    /// A place for one connection.
    private enum Slot {
        case empty
        case opening
        case open(Connection)
    }

    /// How often waiting and sent calls are looked at for their deadlines.
    private static let sweepInterval = TimeAmount.milliseconds(20)
    /// A connection whose oldest call is this much older than PostgreSQL may work on it is taken for dead.
    private static let stallGraceNanoseconds: UInt64 = 5_000_000_000
    /// Without any connection for this long, calls are refused at once rather than at the end of their wait.
    private static let outageNanoseconds: UInt64 = 1_000_000_000

    private let configuration: Configuration
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let opener: ConnectionOpener
    private var slots: [Slot]
    private var backOff: [ReconnectBackOff]
    private var queue = FairQueue<PendingCall>()
    private var parameters = Parameters()
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
        slots = Array(repeating: .empty, count: configuration.connections)
        backOff = Array(repeating: ReconnectBackOff(), count: configuration.connections)
    }

    /// What is left until a deadline for PostgreSQL to work on a statement that is sent now.
    package func statementTimeoutMilliseconds(until deadlineNanoseconds: UInt64) -> Int {
        let now = MonotonicClock.now
        guard deadlineNanoseconds > now else { return 1 }
        let remaining = (deadlineNanoseconds - now) / 1_000_000
        return max(1, Int(min(remaining, UInt64(configuration.statementTimeoutMilliseconds))))
    }

    /// Connections that are open now.
    package var openConnections: Int { slots.count { if case .open = $0 { true } else { false } } }
    /// Connections that there should be.
    package var wantedConnections: Int { slots.count }
    /// Calls that wait for a connection now.
    package var waitingCalls: Int { queue.count }
    /// Calls that were sent and have no answer yet.
    package var callsInFlight: Int {
        slots.reduce(0) { if case .open(let connection) = $1 { $0 + connection.callsInFlight } else { $0 } }
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
        for index in slots.indices { open(index) }
        completeWarmUps()
        return promise.futureResult
    }

    private func completeWarmUps() {
        guard openConnections == slots.count else { return }
        for promise in warmUps { promise.succeed() }
        warmUps.removeAll()
    }

    /// Ends everything; calls that have no answer get `closed` or, when they were sent, `connectionLost`. From any
    /// task.
    package func close() async {
        try? await eventLoop.submit { self.closeOnLoop() }.get()
        await opener.close()
    }

    private func closeOnLoop() {
        guard !isClosed else { return }
        isClosed = true
        sweep?.cancel()
        for promise in warmUps { promise.fail(PostgresError.closed) }
        warmUps.removeAll()
        for index in slots.indices { if case .open(let connection) = slots[index] { drop(connection, at: index) } }
        while let call = queue.popFirst() { fail(call, .closed) }
    }

    private func open(_ index: Int) {
        guard !isClosed, case .empty = slots[index] else { return }
        slots[index] = .opening
        opener.open(on: eventLoop).assumeIsolated().whenSuccess { result in
            switch result {
            case .success(let opened): self.opened(Connection(owning: opened.connection), at: index)
            case .failure(let error): self.openingFailed(error, at: index)
            }
        }
    }

    private func opened(_ connection: Connection, at index: Int) {
        slots[index] = .empty
        guard !isClosed else { return }
        do {
            let signals = try SocketSignals.of(eventLoop)
            guard signals.watch(connection.descriptor, for: connection, { self.process(connection, at: index) }) else {
                throw PostgresError.unavailable("the socket cannot send signals")
            }
        } catch {
            return openingFailed(error as? PostgresError ?? .unavailable("\(error)"), at: index)
        }
        slots[index] = .open(connection)
        backOff[index].succeeded()
        if let outage { logger.notice("The database is back", metadata: ["reason_of_outage": "\(outage.reason)"]) }
        outage = nil
        completeWarmUps()
        sendQueued()
    }

    private func openingFailed(_ error: PostgresError, at index: Int) {
        slots[index] = .empty
        guard !isClosed else { return }
        let reason = if case .unavailable(let reason) = error { reason } else { "\(error)" }
        noteOutage(reason)
        let pause = backOff[index].failed()
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) { self.open(index) }
    }

    private func noteOutage(_ reason: String) {
        guard openConnections == 0 else { return }
        if outage == nil { logger.warning("No connection to the database", metadata: ["reason": "\(reason)"]) }
        outage = (outage?.since ?? MonotonicClock.now, reason)
    }
}

// MARK: Calls

extension PostgresPool {
    /// Runs a statement in a transaction of its own.
    /// - Parameters:
    ///   - deadlineNanoseconds: Of the monotonic clock; afterwards nothing is sent for it any more.
    ///   - share: Whose turn it takes when calls have to wait.
    package func run<Main: Statement>(
        _ statement: Main, effect: Effect, deadlineNanoseconds: UInt64, share: QueueShare = .none
    ) async throws(PostgresError) -> Main.Output {
        try await answer(
            StatementCall<NoContext, Main>(
                context: nil, main: statement, effect: effect, share: share, deadlineNanoseconds: deadlineNanoseconds,
                submittedAt: MonotonicClock.now))
    }

    /// Runs a statement in a transaction of its own, behind one that sets the transaction's context.
    package func run<Context: Statement, Main: Statement>(
        _ context: Context, then statement: Main, effect: Effect, deadlineNanoseconds: UInt64,
        share: QueueShare = .none
    ) async throws(PostgresError) -> Main.Output {
        try await answer(
            StatementCall(
                context: context, main: statement, effect: effect, share: share,
                deadlineNanoseconds: deadlineNanoseconds, submittedAt: MonotonicClock.now))
    }

    private func answer<Context, Main>(_ call: StatementCall<Context, Main>) async throws(PostgresError) -> Main.Output
    {
        try await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                eventLoop.preconditionInEventLoop()
                call.await(continuation)
                // The cancellation handler comes back to the loop only after this.
                if Task.isCancelled { call.fail(.cancelled) } else { submit(call) }
            }
        } onCancel: {
            eventLoop.execute { self.cancel(call) }
        }.get()
    }

    private func submit(_ call: PendingCall) {
        let now = call.submittedAt
        if isClosed { return call.fail(.closed) }
        if call.hasExpired(at: now) { return call.fail(.deadlineExceeded) }
        if let outage, now > outage.since + Self.outageNanoseconds { return call.fail(.unavailable(outage.reason)) }
        guard queue.isEmpty, let index = leastLoaded() else { return enqueue(call) }
        send(call, at: index, now: now)
    }

    private func enqueue(_ call: PendingCall) {
        if queue.count >= configuration.queueCapacity {
            guard let displaced = queue.makeRoom(for: call.share) else { return call.fail(.queueFull) }
            fail(displaced, .queueFull)
        }
        queue.append(call, of: call.share)
        scheduleSweep()
    }

    private func cancel(_ call: PendingCall) {
        // One that waits keeps its place and is dropped when its turn comes; of one that was sent the answer is
        // dropped.
        fail(call, .cancelled)
    }

    private func leastLoaded() -> Int? {
        var best: (index: Int, load: Int)?
        for index in slots.indices {
            guard case .open(let connection) = slots[index], !connection.isRetiring else { continue }
            let load = connection.callsInFlight
            if load < configuration.pipelineDepth, load < best?.load ?? .max { best = (index, load) }
        }
        return best?.index
    }

    private func send(_ call: PendingCall, at index: Int, now: UInt64) {
        guard case .open(let connection) = slots[index] else { return }
        scheduleSweep()
        if !connection.send(call, using: &parameters, at: now) {
            if call.stage == .queued { fail(call, .connectionLost(sent: false)) }
            drop(connection, at: index)
        }
    }

    private func sendQueued() {
        guard !queue.isEmpty else { return }
        let now = MonotonicClock.now
        while let index = leastLoaded(), let call = queue.popFirst() {
            if call.stage == .finished { continue }
            if call.hasExpired(at: now) { fail(call, .deadlineExceeded) } else { send(call, at: index, now: now) }
        }
    }

    private func fail(_ call: PendingCall, _ error: PostgresError) {
        if call.stage != .finished { call.fail(error) }
    }
}

// MARK: What connections bring

extension PostgresPool {
    private func process(_ connection: Connection, at index: Int) {
        guard case .open(let current) = slots[index], current === connection else { return }
        let now = MonotonicClock.now
        var runAgain: [PendingCall] = []
        let isGood = connection.process(at: now) { event in
            switch event {
            case .succeeded(let call):
                if call.stage != .finished { call.succeed() }
            case .failed(let call, let error):
                if error.retiresConnection { connection.retire() }
                if error.asksForPreparation, !call.wasPreparedAgain, call.stage != .finished {
                    call.wasPreparedAgain = true
                    connection.forgetPreparation(of: call)
                    runAgain.append(call)
                } else {
                    fail(call, .server(error))
                }
            }
        }
        // Backwards, so that the first one is the first again.
        for call in runAgain.reversed() {
            call.stage = .queued
            queue.prepend(call, of: call.share)
        }
        if !isGood || (connection.isRetiring && connection.callsInFlight == 0) { drop(connection, at: index) }
        sendQueued()
    }

    /// Ends a connection and begins another one in its place.
    private func drop(_ connection: Connection, at index: Int) {
        slots[index] = .empty
        (try? SocketSignals.of(eventLoop))?.stopWatching(for: connection)
        let reason = connection.failureReason
        for call in connection.end() { fail(call, .connectionLost(sent: call.effect == .write)) }
        guard !isClosed else { return }
        logger.info("A connection to the database ended", metadata: ["reason": "\(reason)"])
        noteOutage(reason)
        // The first attempt follows at once, but not within the wake-up that ended the connection.
        let pause = backOff[index].ended()
        eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(pause)) { self.open(index) }
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
        let longestWait = UInt64(configuration.queueWaitMilliseconds) * 1_000_000
        queue.removeAll { call in
            if call.stage == .finished { return true }
            if call.hasExpired(at: now) { call.fail(.deadlineExceeded) }
            if call.stage != .finished, call.submittedAt + longestWait <= now { call.fail(waitError(at: now)) }
            return call.stage == .finished
        }
        let stalled = UInt64(configuration.statementTimeoutMilliseconds) * 1_000_000 + Self.stallGraceNanoseconds
        for index in slots.indices {
            guard case .open(let connection) = slots[index], connection.callsInFlight > 0 else { continue }
            connection.expireCalls(at: now)
            if connection.oldestSince + stalled < now {
                logger.warning("A connection to the database does not answer; it is replaced")
                drop(connection, at: index)
            } else {
                process(connection, at: index)
            }
        }
        if !queue.isEmpty
            || slots.contains(where: { if case .open(let open) = $0 { open.callsInFlight > 0 } else { false } })
        {
            scheduleSweep()
        }
    }

    private func waitError(at now: UInt64) -> PostgresError {
        outage.map { .unavailable($0.reason) } ?? .queueTimeout
    }
}
