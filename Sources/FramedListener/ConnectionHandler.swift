internal import AgentdCore
internal import Framing
internal import Logging
internal import Listening
internal import Messages
internal import NIOCore
internal import Services

/// One connection of the framed door: turns bytes into the machine's events and the machine's actions into calls and
/// bytes. It decides nothing itself. Confined to its channel's event loop.
final class ConnectionHandler: ChannelDuplexHandler, DoorConnection, CallOwner {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    let accepted: AcceptedConnection
    let runner: CallRunner
    var decoder: FrameDecoder
    var machine: ServerConnectionMachine<RunningCall>
    var context: ChannelHandlerContext?
    var connectionHeaders = HeaderList()

    private var outbound = ByteBuffer()
    private var turnIsScheduled = false
    private var readIsPending = false
    /// Frames have come that wait, complete or not, until more may be taken.
    private var framesAreLeft = false
    private var inputHasEnded = false
    private var isClosing = false
    /// As the channel told: asking it costs more, and it is asked for every call.
    private var isWritable = true
    private var wakeUp = WakeUp()

    init(_ accepted: AcceptedConnection) {
        self.accepted = accepted
        runner = CallRunner(loop: accepted.loop, limits: accepted.limits)
        decoder = FrameDecoder(maximumPayloadBytes: accepted.limits.frameBytes)
        machine = ServerConnectionMachine(limits: accepted.limits, connectedAt: accepted.acceptedAt)
    }

    var loop: ServerLoop { accepted.loop }
    var limits: WireLimits { accepted.limits }
    var logger: Logger { accepted.logger }

    static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }
}

// MARK: Channel events

extension ConnectionHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        runner.serve(self)
        isWritable = context.channel.isWritable
        loop.buffers.begin(self)
        if accepted.isOneTooMany { endForProtocolError(.connectionLimit, at: Self.now) }
        scheduleWakeUp()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.buffers.end(self)
        runner.leave()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard machine.readsInput, !isClosing else { return }
        let bytes = unwrapInboundIn(data)
        loop.buffers.added(bytes.readableBytes)
        bytes.withUnsafeReadableBytes { decoder.append($0) }
        if !framesAreLeft { takeFrames() }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Not here: a write that fails would close the channel while NIO is about to read its end.
        scheduleTurn()
        loop.handler.goOn()
    }

    func read(context: ChannelHandlerContext) {
        readIsPending = true
        readOn()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        machine.unsentAnswersChanged(waiting: !isWritable, at: Self.now)
        goOn()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            // The client will ask nothing more; what it asked is still answered.
            inputHasEnded = true
            endStreams(with: .cancelled)
            closeWhenFinished()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wakeUp.clear()
        for call in machine.connectionClosed() {
            call.abandon()
            loop.observer.ended(call.observed, with: .cancelled, at: Self.now)
        }
        runner.goOn()
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
    var answersPileUp: Bool {
        context == nil || !isWritable || outbound.readableBytes >= limits.unsentBytes
    }

    /// Whether another frame may be taken: not while answers pile up, nor while calls take too much memory.
    var takesFrames: Bool {
        machine.readsInput && !isClosing && !answersPileUp && runner.hasRoomForMessage && runner.hasRoomForCall
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
        runner.goOn()
        if framesAreLeft, takesFrames || !machine.readsInput { takeFrames() }
        readOn()
    }
}

// MARK: Answers

extension ConnectionHandler {
    func callEnded(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>) {
        let now = Self.now
        if !call.isAbandoned, machine.answered(id: call.id, at: now) {
            switch result {
            case .success(let message):
                call.observed.responseBytes += message?.packedSize ?? 0
                let headers = call.inbound?.responseMetadata ?? []
                write(
                    ResponseFrame.success(
                        id: call.id, requestID: call.callID, message: message, headers: headers, arena: call.arena))
                loop.observer.ended(call.observed, with: nil, at: now)
            case .failure(let error):
                write(
                    ResponseFrame.failure(
                        id: call.id, requestID: call.callID, error: error, known: loop.statuses, arena: call.arena))
                loop.observer.ended(call.observed, with: error, at: now)
            }
        }
        scheduleTurn()
    }

    func send(_ message: EncodedMessage, of call: RunningCall) {
        call.observed.responseBytes += message.packedSize
        let arena = loop.arenas.take()
        write(
            ResponseFrame.success(id: call.id, requestID: call.callID, message: message, isLast: false, arena: arena))
        loop.arenas.giveBack(arena)
        scheduleTurn()
    }

    func isHeldUp(_ call: RunningCall) -> Bool { answersPileUp }

    /// Answers a call that does not run, or runs no longer for anybody.
    func refuse(id: UInt64, _ observed: ObservedCall, _ error: ServiceError) {
        loop.observer.ended(observed, with: error, at: Self.now)
        let arena = loop.arenas.take()
        write(
            ResponseFrame.failure(
                id: id, requestID: observed.callID, error: error, known: loop.statuses, arena: arena))
        loop.arenas.giveBack(arena)
        scheduleTurn()
    }

    func write(_ frame: OutboundServerFrame) {
        let arena = loop.arenas.take()
        write(EncodedMessage(frame, arena: arena))
        loop.arenas.giveBack(arena)
        scheduleTurn()
    }

    /// The machine says it once, when it ends the connection.
    func goAway(_ reason: GoAwayReason, lastID: UInt64) {
        if let refusal = reason.refusal { accepted.refused(refusal) }
        write(.goAway(lastID: lastID, reason: reason.rawValue))
    }

    private func write(_ message: EncodedMessage) {
        let size = FramePrefix.bytes + message.packedSize
        loop.buffers.added(size)
        outbound.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            FramePrefix.write(payloadBytes: message.packedSize, to: space)
            message.pack(into: UnsafeMutableRawBufferPointer(rebasing: space[FramePrefix.bytes...]))
            return size
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
        endStreams(with: .drainingDoor)
        scheduleWakeUp()
        scheduleTurn()
    }

    /// A stream could go on for ever; a call ends by itself.
    private func endStreams(with error: ServiceError) {
        for call in machine.takeCalls(where: \.isStream) {
            call.abandon()
            refuse(id: call.id, call.observed, error)
        }
    }

    /// Makes sure that the machine is asked when it wants to be. Several times a call; mostly that is sure already.
    func scheduleWakeUp() {
        let time = machine.nextWakeUp
        guard time < wakeUp.time, let context else { return }
        wakeUp.schedule(at: time, on: context.eventLoop) { self.timeReached() }
    }

    private func timeReached() {
        wakeUp.clear()
        let now = Self.now
        for (id, call) in machine.expireCalls(at: now) {
            call.abandon()
            refuse(id: id, call.observed, .deadlineExceeded)
        }
        switch machine.timeReached(now) {
        case .none: break
        case .goAway(let reason, let lastID): goAway(reason, lastID: lastID)
        case .close:
            flush()
            context?.close(promise: nil)
            return
        }
        scheduleWakeUp()
    }

    var bufferedBytes: Int {
        decoder.bufferedBytes + runner.bufferedBytes + outbound.readableBytes + (context?.channel.bufferedBytes ?? 0)
    }

    func giveUp() {
        accepted.refused(.memoryLimit)
        context?.close(promise: nil)
    }

    private func closeWhenFinished() {
        guard let context, !isClosing, !turnIsScheduled else { return }
        let hasNothingToDo = inputHasEnded && machine.callsInFlight == 0 && !framesAreLeft
        guard hasNothingToDo || machine.isFinished else { return }
        isClosing = true
        context.closeLingering(isHalfClosed: inputHasEnded)
        readOn()
    }
}
