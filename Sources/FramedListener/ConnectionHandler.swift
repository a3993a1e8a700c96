internal import AgentdCore
internal import Framing
internal import Logging
internal import LoopExecutor
internal import Messages
internal import NIOCore
internal import Services

/// One connection of the framed door: turns bytes into the machine's events and the machine's actions into calls and
/// bytes. It decides nothing itself.
///
/// Unchecked: it is confined to its channel's event loop; tasks of its calls run on that loop too.
final class ConnectionHandler: ChannelDuplexHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Messages of calls in flight that a connection may hold, as a multiple of the longest message, before its
    /// requests are no longer read.
    private static let heldMessages = 8
    /// Tasks of calls that a connection may have, as a multiple of its calls in flight, before its requests are no
    /// longer read: a call that was cancelled is not in flight any more, but its task needs a moment to end.
    private static let unfinishedFactor = 2
    /// How long a client may go on sending after the connection was ended; closing at once would reset the
    /// connection, and the client might lose the `GoAway`.
    private static let lingerTime = TimeAmount.seconds(1)

    let loop: ListenerLoop
    let logger: Logger
    var decoder: FrameDecoder
    var machine: ServerConnectionMachine<RunningCall>
    var context: ChannelHandlerContext?
    var connectionHeaders: [Header] = []
    /// There were as many connections as there may be: this one is told so.
    var isOneTooMany = false

    private var outbound = ByteBuffer()
    private var turnIsScheduled = false
    private var calls = CallQueue()
    private var heldBytes = 0
    private var readIsPending = false
    /// Frames have come that wait, complete or not, until more may be taken.
    private var framesAreLeft = false
    private var inputHasEnded = false
    private var isClosing = false
    private var wakeUp: (at: UInt64, task: Scheduled<Void>)?

    init(loop: ListenerLoop, logger: Logger) {
        self.loop = loop
        self.logger = logger
        decoder = FrameDecoder(maximumPayloadBytes: loop.limits.frameBytes)
        machine = ServerConnectionMachine(limits: loop.limits, connectedAt: Self.now)
    }

    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}

// MARK: Channel events

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        scheduleWakeUp()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        if isOneTooMany { endForProtocolError(.connectionLimit, at: Self.now) }
        scheduleWakeUp()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard machine.readsInput, !isClosing else { return }
        unwrapInboundIn(data).withUnsafeReadableBytes { decoder.append($0) }
        if !framesAreLeft { takeFrames() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flush()
        closeWhenFinished()
    }

    func read(context: ChannelHandlerContext) {
        readIsPending = true
        readOn()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        machine.unsentAnswersChanged(waiting: !context.channel.isWritable, at: Self.now)
        goOn()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            // The client will ask nothing more; what it asked is still answered.
            inputHasEnded = true
            closeWhenFinished()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wakeUp?.task.cancel()
        wakeUp = nil
        for call in machine.connectionClosed() { call.abandon() }
        startCalls()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("A connection failed", metadata: ["reason": "\(error)"])
        context.close(promise: nil)
    }
}

// MARK: Holding back

extension ConnectionHandler {
    /// Answers pile up because the client does not read them.
    private var answersPileUp: Bool {
        guard let context else { return true }
        return outbound.readableBytes >= loop.limits.unsentBytes || !context.channel.isWritable
    }

    /// Whether another frame may be taken: not while answers pile up, nor while calls take too much memory.
    var takesFrames: Bool {
        machine.readsInput && !isClosing && !answersPileUp
            && heldBytes < Self.heldMessages * loop.limits.messageBytes
            && calls.count < Self.unfinishedFactor * loop.limits.callsInFlight
    }

    private func takeFrames() {
        handleFrames(at: Self.now)
        framesAreLeft = decoder.holdsPartialFrame && !takesFrames && machine.readsInput
        notePause()
    }

    /// Reads when it was asked to and more may be taken; what comes behind the end of a connection is thrown away.
    private func readOn() {
        let mayRead = machine.readsInput && !isClosing ? takesFrames && !framesAreLeft : true
        if readIsPending, mayRead, let context {
            readIsPending = false
            context.read()
        }
        notePause()
    }

    private func notePause() {
        machine.readingChanged(isPaused: framesAreLeft || readIsPending, at: Self.now)
        scheduleWakeUp()
    }

    /// Does what could not be done before.
    private func goOn() {
        startCalls()
        if framesAreLeft, takesFrames || !machine.readsInput { takeFrames() }
        readOn()
    }
}

// MARK: Answers

extension ConnectionHandler {
    /// Runs a call, soon.
    func run(_ call: RunningCall, _ inbound: InboundCall, id: UInt64) {
        heldBytes += call.messageBytes
        calls.append(CallQueue.Waiting(call: call, inbound: inbound, id: id))
        startCalls()
    }

    private func startCalls() {
        while let next = calls.next(holdBack: answersPileUp) {
            if next.call.isAbandoned { release(next.call) } else { start(next) }
        }
    }

    /// The task of a call stays on this event loop.
    private func start(_ waiting: CallQueue.Waiting) {
        let dispatcher = loop.dispatcher
        let (inbound, id) = (waiting.inbound, waiting.id)
        let running = NIOLoopBound(waiting.call, eventLoop: loop.executor.eventLoop)
        let task = Task(executorPreference: loop.executor) {
            let result: Result<EncodedMessage, ServiceError>
            do throws(ServiceError) {
                result = .success(try await dispatcher.answer(inbound))
            } catch {
                result = .failure(error)
            }
            self.ended(running.value, id: id, with: result)
        }
        waiting.call.runs(in: task)
    }

    /// The task of a call has ended.
    private func ended(_ call: RunningCall, id: UInt64, with result: Result<EncodedMessage, ServiceError>) {
        if !call.isAbandoned, machine.answered(id: id, at: Self.now) {
            switch result {
            case .success(let message):
                write(ResponseFrame.success(id: id, requestID: call.callID, message: message, arena: call.arena))
            case .failure(let error):
                write(ResponseFrame.failure(id: id, requestID: call.callID, error: error, arena: call.arena))
            }
        }
        release(call)
        scheduleTurn()
    }

    /// Nobody uses the memory of a call any more.
    private func release(_ call: RunningCall) {
        calls.ended()
        heldBytes -= call.messageBytes
        loop.arenas.giveBack(call.arena)
    }

    /// Answers a call that does not run, or runs no longer for anybody.
    func refuse(id: UInt64, callID: String, _ error: ServiceError) {
        let arena = loop.arenas.take()
        write(ResponseFrame.failure(id: id, requestID: callID, error: error, arena: arena))
        loop.arenas.giveBack(arena)
        scheduleTurn()
    }

    func write(_ frame: OutboundServerFrame) {
        let arena = loop.arenas.take()
        write(EncodedMessage(frame, arena: arena))
        loop.arenas.giveBack(arena)
        scheduleTurn()
    }

    private func write(_ message: EncodedMessage) {
        outbound.writeInteger(UInt8(0))
        outbound.writeInteger(UInt32(message.packedSize))
        outbound.writeWithUnsafeMutableBytes(minimumWritableBytes: message.packedSize) { space in
            message.pack(into: space)
            return message.packedSize
        }
    }

    /// All answers of one turn of the loop go out with one write.
    private func scheduleTurn() {
        guard !turnIsScheduled else { return }
        turnIsScheduled = true
        context?.eventLoop.assumeIsolated().execute {
            self.turnIsScheduled = false
            self.flush()
            self.goOn()
            self.closeWhenFinished()
        }
    }

    private func flush() {
        guard let context, outbound.readableBytes > 0 else { return }
        let batch = outbound
        outbound = context.channel.allocator.buffer(capacity: min(batch.readableBytes, 1 << 16))
        context.writeAndFlush(wrapOutboundOut(batch), promise: nil)
    }
}

// MARK: Time and the end

extension ConnectionHandler {
    /// The server stops: no new requests, those in flight are answered within the grace.
    func drain(graceMilliseconds: Int) {
        switch machine.drainRequested(graceNanoseconds: UInt64(graceMilliseconds) * 1_000_000, at: Self.now) {
        case .goAway(let lastID): write(.goAway(lastID: lastID, reason: GoAwayReason.draining.rawValue))
        case .ignore: break
        }
        scheduleWakeUp()
        scheduleTurn()
    }

    /// Makes sure that the machine is asked when it wants to be. An earlier call for nothing is cheap; a timer for each
    /// request would not be.
    func scheduleWakeUp() {
        guard let context else { return }
        let next = machine.nextWakeUp
        if let wakeUp {
            if wakeUp.at <= next { return }
            wakeUp.task.cancel()
        }
        guard next < .max else {
            wakeUp = nil
            return
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(next)) {
            self.timeReached()
        }
        wakeUp = (next, task)
    }

    private func timeReached() {
        wakeUp = nil
        let now = Self.now
        for (id, call) in machine.expireCalls(at: now) {
            call.abandon()
            refuse(id: id, callID: call.callID, .deadlineExceeded)
        }
        switch machine.timeReached(now) {
        case .none: break
        case .goAway(let reason, let lastID): write(.goAway(lastID: lastID, reason: reason.rawValue))
        case .close:
            flush()
            context?.close(promise: nil)
            return
        }
        scheduleWakeUp()
    }

    private func closeWhenFinished() {
        guard let context, !isClosing, !turnIsScheduled else { return }
        let hasNothingToDo = inputHasEnded && machine.callsInFlight == 0 && !framesAreLeft
        guard hasNothingToDo || machine.isFinished else { return }
        isClosing = true
        // An empty write has gone out when everything before it has.
        let sent = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: sent)
        sent.futureResult.assumeIsolated().whenComplete { _ in self.closeOutput() }
        readOn()
    }

    /// Everything is sent, or cannot be.
    private func closeOutput() {
        guard let context else { return }
        if inputHasEnded { return context.close(promise: nil) }
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingerTime) { self.context?.close(promise: nil) }
    }
}
