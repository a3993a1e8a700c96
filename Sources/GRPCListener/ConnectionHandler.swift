internal import AgentdCore
internal import Listening
internal import Logging
internal import NIOCore
internal import Services

/// One connection of the gRPC door: bytes go into the HTTP/2 session, its streams become calls, and their answers
/// bytes again. Confined to its channel's event loop.
final class ConnectionHandler: ChannelDuplexHandler, DoorConnection {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    /// Bytes of a message that a client may send before there is room for all of it: most requests fit.
    static let streamWindow = 16 * 1_024
    /// Bytes that a client may have on their way; what they are kept for is bounded by the windows of the streams.
    private static let connectionWindow = 4 << 20
    /// Longest messages that a connection may be receiving at the same time.
    private static let longMessages = 8
    /// Bytes of one write: enough for the answers of a turn, and soon handed to the system.
    private static let writeBytes = 256 * 1_024
    /// What somebody hears who speaks HTTP/1.1 to this port.
    private static let plainHTTPAnswer = """
        HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n\
        This port speaks gRPC over HTTP/2 and the framed protocol of agentd. For HTTP see AGENTD_ADMIN_LISTEN.\n
        """

    let accepted: AcceptedConnection
    let runner: CallRunner
    var session: HTTP2Session?
    var machine: ConnectionMachine
    var floods: FloodGuard
    var budget: ReceiveBudget
    let streams = StreamTable()
    var context: ChannelHandlerContext?
    /// Kept so that a block costs no memory of its own.
    var block = HeaderBlock()
    /// Bytes of answers that wait for the clients' windows.
    var unsentBytes = 0
    /// No stream has something due before.
    var earliestDue = UInt64.max
    /// Streams that have got room for their messages and are not told yet.
    var granted: [(stream: Int32, bytes: Int)] = []
    var isGranting = false
    /// The method that was called last; mostly it is called again.
    var latestMethod: CallMethod?

    private var scanner = FrameScanner()
    private var isWithinHead = false
    private var hasSpokenHTTP2 = false
    private var turnIsScheduled = false
    /// The last stream that is served is to be told to the client.
    private var refusesStreams = false
    private var readIsPending = false
    private var inputHasEnded = false
    private var isClosing = false
    /// As the channel told: asking it costs more, and it is asked for every call.
    private var isWritable = true
    private var wakeUp = WakeUp()

    init(_ accepted: AcceptedConnection) {
        self.accepted = accepted
        runner = CallRunner(loop: accepted.loop, limits: accepted.limits)
        machine = ConnectionMachine(limits: accepted.limits, connectedAt: accepted.acceptedAt)
        floods = FloodGuard(callsInFlight: accepted.limits.callsInFlight, at: accepted.acceptedAt)
        budget = ReceiveBudget(bytes: accepted.limits.messageBytes * Self.longMessages)
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
        do {
            session = try HTTP2Session(
                limits: HTTP2Session.Limits(
                    concurrentStreams: limits.callsInFlight, streamWindow: Self.streamWindow,
                    connectionWindow: Self.connectionWindow,
                    headerListBytes: limits.headerBytes + RequestHead.reservedBytes), delegate: self)
        } catch {
            context.close(promise: nil)
        }
        loop.buffers.begin(self)
        if accepted.isOneTooMany { perform(machine.end(.connectionLimit, at: Self.now)) }
        scheduleTurn()
        scheduleWakeUp()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.buffers.end(self)
        runner.leave()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard machine.readsInput, !isClosing, let session else { return }
        let now = Self.now
        let input = unwrapInboundIn(data)
        loop.buffers.added(input.readableBytes)
        input.withUnsafeReadableBytes { bytes in
            noteFrames(bytes, at: now)
            guard machine.readsInput else { return }
            do {
                try session.receive(bytes)
            } catch {
                logger.debug("A connection does not speak HTTP/2", metadata: ["reason": "\(error)"])
                accepted.refused(.protocolError)
                refuseProtocol(bytes, in: context)
            }
        }
        runner.goOn()
    }

    /// Looks at the frames before anybody works for them.
    private func noteFrames(_ bytes: UnsafeRawBufferPointer, at now: UInt64) {
        floods.timePassed(to: now)
        let completedFrames = scanner.scan(bytes) { frame in
            floods.frameReceived(frame)
            if frame.isOfHead { isWithinHead = !frame.endsHead }
        }
        hasSpokenHTTP2 = hasSpokenHTTP2 || completedFrames > 0
        machine.bytesReceived(
            isWithinFrame: scanner.isWithinFrame, isWithinHead: isWithinHead,
            completedFrame: completedFrames > 0, at: now)
        if floods.isExceeded { perform(machine.end(.flood, at: now)) }
    }

    /// libnghttp2 has said what it could in a `GOAWAY`; to somebody who does not speak HTTP/2 at all that says nothing.
    private func refuseProtocol(_ bytes: UnsafeRawBufferPointer, in context: ChannelHandlerContext) {
        if hasSpokenHTTP2 {
            flush()
        } else if !bytes.starts(with: "PRI".utf8) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: Self.plainHTTPAnswer)), promise: nil)
            session = nil
        }
        endStreams()
        close()
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
        takeTurn()
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            // HTTP/2 knows no connection that is open on one side alone: the client is gone, and waits for nothing.
            inputHasEnded = true
            endStreams()
            closeWhenFinished()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        wakeUp.clear()
        isClosing = true
        endStreams()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("A connection failed", metadata: ["reason": "\(error)"])
        context.close(promise: nil)
    }

    /// Nobody waits for any of them any more.
    private func endStreams() {
        let all = streams.all
        streams.removeAll()
        unsentBytes = 0
        for stream in all { abandon(stream) }
        runner.goOn()
    }
}

// MARK: Turns

extension ConnectionHandler {
    /// Answers pile up because the client does not take them.
    var answersPileUp: Bool {
        context == nil || !isWritable || unsentBytes >= limits.unsentBytes
    }

    /// Reads when it was asked to and more may be taken; what comes behind the end of a connection is thrown away.
    /// Answers that wait for the client's windows are no reason to pause: what opens those must be read. Messages are
    /// bounded by the windows of their streams.
    private func readOn() {
        let isHeldUp = context.map { !$0.channel.isWritable } ?? true
        let mayRead = !machine.readsInput || isClosing || (!isHeldUp && runner.hasRoomForCall)
        if readIsPending, mayRead, let context {
            readIsPending = false
            context.read()
        }
        if readIsPending != machine.isReadingPaused { notePause() }
    }

    private func notePause() {
        let now = Self.now
        machine.readingChanged(isPaused: readIsPending, at: now)
        if !readIsPending {
            for stream in streams.all where stream.inputBy < .max { stream.inputBy = inputDeadline(at: now) }
        }
    }

    /// When a request that begins to come now must be complete.
    func inputDeadline(at now: UInt64) -> UInt64 { now + UInt64(limits.frameTimeoutMilliseconds) * 1_000_000 }

    /// All answers of one turn of the loop go out with one write.
    func scheduleTurn() {
        guard !turnIsScheduled, let context else { return }
        turnIsScheduled = true
        context.eventLoop.assumeIsolated().execute {
            self.turnIsScheduled = false
            self.takeTurn()
        }
    }

    private func takeTurn() {
        flush()
        runner.goOn()
        readOn()
        scheduleWakeUp()
        closeWhenFinished()
    }

    /// Sends what the session has, as long as the client takes it.
    private func flush() {
        guard let context, let session else { return }
        // Said and sent in one go: what was read before counts as served, and nothing comes in between.
        if refusesStreams, context.channel.isWritable {
            refusesStreams = false
            session.refuseFurtherStreams()
        }
        while context.channel.isWritable {
            var batch = context.channel.allocator.buffer(capacity: 0)
            do {
                try session.send(into: &batch, upTo: Self.writeBytes)
            } catch {
                logger.debug("A connection cannot go on", metadata: ["reason": "\(error)"])
                return context.close(promise: nil)
            }
            guard batch.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(batch), promise: nil)
        }
    }
}

// MARK: Time and the end

extension ConnectionHandler {
    /// The server stops: streams that the client has opened before it hears of that are answered within the grace.
    func drain(graceMilliseconds: Int) {
        perform(machine.drainRequested(graceNanoseconds: UInt64(graceMilliseconds) * 1_000_000, at: Self.now))
        endIdleStreams()
        scheduleTurn()
    }

    /// Those that would go on for as long as their clients like.
    private func endIdleStreams() {
        for stream in streams.all where stream.phase == .open && stream.isIdle {
            answer(stream, with: .drainingDoor)
        }
    }

    /// libnghttp2 has ended the connection by itself.
    func protocolErrorSent() { accepted.refused(.protocolError) }

    var bufferedBytes: Int {
        streams.all.reduce(unsentBytes + runner.bufferedBytes + (context?.channel.bufferedBytes ?? 0)) {
            $0 + $1.receivedBytes
        }
    }

    func giveUp() {
        accepted.refused(.memoryLimit)
        context?.close(promise: nil)
    }

    func perform(_ action: ConnectionMachine.Action) {
        switch action {
        case .none: break
        case .announceShutdown: session?.announceShutdown()
        case .refuseFurtherStreams:
            refusesStreams = true
            endIdleStreams()
        case .terminate(let reason):
            if let refusal = reason.refusal { accepted.refused(refusal) }
            session?.terminate(reason == .idle ? .noError : .enhanceYourCalm, reason: reason.rawValue)
            endStreams()
        case .close:
            isClosing = true
            wakeUp.clear()
            flush()
            context?.close(promise: nil)
        }
    }

    /// Makes sure that everything due is looked at when it is.
    func scheduleWakeUp() {
        let time = min(machine.nextWakeUp(hasStreams: !streams.isEmpty), earliestDue)
        guard time < wakeUp.time, let context, !isClosing else { return }
        wakeUp.schedule(at: time, on: context.eventLoop) { self.timeReached() }
    }

    private func timeReached() {
        wakeUp.clear()
        let now = Self.now
        if earliestDue <= now { expireStreams(at: now) }
        perform(machine.timeReached(now, hasStreams: !streams.isEmpty))
        takeTurn()
    }

    private func closeWhenFinished() {
        guard !isClosing, !turnIsScheduled, let session else { return }
        let hasNothingToDo = (inputHasEnded || machine.isDraining) && streams.isEmpty
        if hasNothingToDo || session.isFinished { close() }
    }

    private func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        wakeUp.clear()
        flush()
        context.closeLingering(isHalfClosed: inputHasEnded)
        readOn()
    }
}
