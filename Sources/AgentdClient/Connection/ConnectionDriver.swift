internal import AgentdCore
internal import Framing
internal import Logging
internal import Messages
internal import NIOCore

/// Connects, and translates: bytes and times to events of `ClientConnectionMachine`, its actions to bytes and to the
/// outcomes of calls.
///
/// Unchecked: everything in it belongs to its event loop; tasks reach it through the command queue.
final class ConnectionDriver: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Frames are handed to the socket in pieces of this size, so that back-pressure is noticed between them.
    private static let batchBytes = 64 * 1_024
    /// Of the frames before `Welcome`, which are short.
    private static let firstFramesBytes = 64 * 1_024
    /// How a server of TLS begins to say that it was not spoken to in TLS: an alert, of major version 3. No frame is so
    /// long that it would begin like this.
    private static let alertOfTLS: [UInt8] = [21, 3]

    private let configuration: AgentdClient.Configuration
    private let eventLoop: any EventLoop
    private let commands: CommandQueue
    private let earlierFailure: String?
    private let onEnd: (Connection.End) -> Void
    private let logger: Logger?

    private var machine: ClientConnectionMachine<PendingCall>
    private var decoder = FrameDecoder(maximumPayloadBytes: firstFramesBytes)
    private var encoder = FrameEncoder()
    private let arena = Arena(capacity: .max)
    private var dialer: Dialer?
    private var context: ChannelHandlerContext?
    private var timer: (fires: UInt64, task: Scheduled<Void>)?
    private var answeredCalls = false
    /// The beginning of what came first.
    private var firstBytes: [UInt8] = []
    private var end: AgentdError?

    init(
        configuration: AgentdClient.Configuration, eventLoop: any EventLoop, commands: CommandQueue,
        restNanoseconds: UInt64, earlierFailure: String?, onEnd: @escaping (Connection.End) -> Void
    ) {
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.commands = commands
        self.earlierFailure = earlierFailure
        self.onEnd = onEnd
        logger = configuration.logger
        machine = ClientConnectionMachine(limits: configuration.limits, restNanoseconds: restNanoseconds, at: Self.now)
    }

    private static var now: UInt64 { NIODeadline.now().uptimeNanoseconds }

    func start() { advance(at: Self.now) }

    /// Does what tasks have asked for.
    func runCommands() {
        let now = Self.now
        for command in commands.take() {
            switch command {
            case .submit(let id, let call): submit(call, id: id)
            case .withdraw(let id): withdraw(id)
            case .finish:
                machine.finishRequested()
                endStreams()
            }
        }
        advance(at: now)
    }

    /// They would go on for as long as the server likes.
    private func endStreams() {
        for (id, call, wasSent) in machine.takeCalls(where: \.isStream) {
            if wasSent { append(.cancel(id: id)) }
            call.complete(.failed(.final(.clientClosed)))
        }
    }

    private func submit(_ call: PendingCall, id: UInt64) {
        switch machine.callSubmitted(id: id, messageBytes: call.message.count, deadline: call.deadline, call: call) {
        case .wait: break
        case .refuse: call.complete(.failed(.final(.tooManyWaiting(configuration.maximumWaiting))))
        case .decline: call.complete(.failed(.connectionEnded(end ?? .connectionEnding)))
        }
    }

    private func withdraw(_ id: UInt64) {
        switch machine.callWithdrawn(id: id) {
        case .withdrawn(let call):
            call.complete(.failed(.final(AgentdError(.cancelled, "The call was given up before it was sent."))))
        case .sendCancel(let call):
            append(.cancel(id: id))
            let message = "The call was given up; whether it was executed is not known."
            call.complete(.failed(.final(AgentdError(.cancelled, message))))
        case .ignore: break
        }
    }

    /// What time and the state of things ask for; after every event.
    private func advance(at now: UInt64) {
        guard end == nil else { return }
        for (id, call, wasSent) in machine.expireCalls(at: now) {
            if wasSent { append(.cancel(id: id)) }
            call.complete(.failed(.final(overdue(wasSent: wasSent))))
        }
        switch machine.timeReached(now) {
        case .none: break
        case .connect: connect()
        case .sendPing(let token): append(.ping(token: token))
        case .close(let silence): return finish(failure: describe(silence))
        }
        sendCalls(at: now)
        write()
        context?.flush()
        if machine.isFinished { finish(failure: nil) } else { scheduleWakeUp() }
    }

    private func scheduleWakeUp() {
        let time = machine.nextWakeUp
        // A timer that fires too early finds nothing to do and is set again: cheaper than moving it with every call.
        guard time != .max, time < timer?.fires ?? .max else { return }
        timer?.task.cancel()
        let task = eventLoop.scheduleTask(deadline: .uptimeNanoseconds(time)) {
            self.timer = nil
            self.advance(at: Self.now)
        }
        timer = (time, task)
    }
}

// MARK: Sending

extension ConnectionDriver {
    private func sendCalls(at now: UInt64) {
        while let context, context.channel.isWritable {
            switch machine.nextCallToSend(at: now) {
            case .none: return
            case .send(let id, let timeoutMilliseconds, let call):
                append(
                    .request(
                        id: id, method: call.method, headers: call.headers, timeoutMilliseconds: timeoutMilliseconds,
                        message: call.message))
                if encoder.count >= Self.batchBytes { write() }
            case .refuse(let call, let maximumMessageBytes):
                call.complete(.failed(.final(.messageTooLarge(call.message.count, limit: maximumMessageBytes))))
            }
        }
    }

    private func append(_ frame: OutboundClientFrame) {
        let encoded = EncodedMessage(frame, arena: arena)
        encoder.append(payloadBytes: encoded.packedSize) { encoded.pack(into: $0) }
        arena.reset()
    }

    private func write() {
        guard let context, !encoder.isEmpty else { return }
        var buffer = context.channel.allocator.buffer(capacity: encoder.count)
        encoder.drain { _ = buffer.writeBytes($0) }
        context.write(wrapOutboundOut(buffer), promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { advance(at: Self.now) }
    }
}

// MARK: Receiving

extension ConnectionDriver {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        machine.bytesReceived(at: Self.now)
        unwrapInboundIn(data).withUnsafeReadableBytes { bytes in
            firstBytes += bytes.prefix(Self.alertOfTLS.count - firstBytes.count)
            decoder.append(bytes)
        }
        do {
            while end == nil, let frame = try decoder.next(read) { handle(frame) }
        } catch {
            if firstBytes == Self.alertOfTLS {
                return finish(failure: "\(configuration.address) speaks TLS", .encrypted)
            }
            // As every answer in HTTP/1.1 begins.
            let isHTTP = error == .unknownFlags(UInt8(ascii: "H"))
            let hint = isHTTP ? " but HTTP, as the admin address does; calls go to the address of AGENTD_LISTEN" : ""
            finish(failure: "\(configuration.address) does not speak agentd's framed protocol\(hint)")
        }
    }

    /// Nil when it is no frame.
    private func read(_ payload: UnsafeRawBufferPointer) -> ServerFrame? {
        defer { arena.reset() }
        return try? ServerFrame(decoding: payload, arena: arena, memory: payload.count * 8 + 4_096)
    }

    private func handle(_ frame: ServerFrame?) {
        switch frame {
        case .welcome(let version, let maximumMessageBytes, let maximumInFlight):
            let action = machine.welcomeReceived(
                version: version, maximumMessageBytes: maximumMessageBytes, maximumInFlight: maximumInFlight)
            switch action {
            case .open(let maximumFrameBytes):
                decoder.maximumPayloadBytes = maximumFrameBytes
                logger?.debug("Connected", metadata: ["address": "\(configuration.address)"])
            case .protocolError: finish(failure: "\(configuration.address) sent a Welcome that does not fit")
            case .ignore: break
            }
        case .response(let response):
            switch machine.responseReceived(id: response.id, more: response.more) {
            case .complete(let call):
                answeredCalls = true
                call.complete(.answered(response))
            case .part(let call):
                answeredCalls = true
                call.receive(response)
            case .ignore: break
            case .protocolError: finish(failure: "\(configuration.address) answered a call that was not made")
            }
        case .goAway(let lastID, let reason):
            goAwayReceived(lastID: lastID, reason: reason)
        case .pong, .unknown: break
        case nil: finish(failure: "\(configuration.address) sent a frame that cannot be read")
        }
    }

    private func goAwayReceived(lastID: UInt64, reason: String) {
        commands.stopTakingCalls()
        let failure = AttemptFailure.goAway(reason, from: configuration.address)
        logger?.debug("The daemon ends the connection", metadata: ["reason": "\(reason)"])
        for call in machine.goAwayReceived(lastID: lastID) { call.complete(.failed(failure)) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { advance(at: Self.now) }

    func channelInactive(context: ChannelHandlerContext) {
        finish(failure: "the connection to \(configuration.address) was closed")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let failure = ConnectFailure(error)
        finish(failure: "the connection to \(configuration.address) failed: \(failure.text)", failure.kind)
    }
}

// MARK: Beginning and end

extension ConnectionDriver {
    private func connect() {
        let dialer = Dialer(configuration, on: eventLoop)
        self.dialer = dialer
        dialer.dial { self.connectionMade($0) }
    }

    private func connectionMade(_ result: Result<any Channel, any Error>) {
        dialer = nil
        switch result {
        case .success(let channel):
            guard end == nil else { return channel.close(promise: nil) }
            do {
                try channel.pipeline.syncOperations.addHandler(self)
            } catch {
                channel.close(promise: nil)
                finish(failure: "the connection to \(configuration.address) ended at once")
            }
        case .failure(let error):
            let failure = ConnectFailure(error)
            finish(failure: "cannot connect to \(configuration.address): \(failure.text)", failure.kind)
        }
    }

    /// The connection is there.
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        switch machine.connected(at: Self.now) {
        case .sendHello(let version):
            append(.hello(version: version, headers: configuration.headers))
            advance(at: Self.now)
        case .close: context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Ends the connection and completes all of its calls. Does nothing the second time.
    /// - Parameter kind: What kept the connection from being made, if it never was.
    private func finish(failure: String?, _ kind: AgentdError.ConnectionFailure = .unreachable) {
        guard end == nil else { return }
        let error = AgentdError(
            .connectionLost, Self.sentence(failure ?? "the connection was closed"),
            connectionFailure: machine.isOpen ? nil : kind)
        end = error
        let refusal = AttemptFailure.connectionEnded(error)
        commands.stopTakingCalls(refusal)
        dialer?.abandon()
        timer?.task.cancel()
        timer = nil
        let abandoned = machine.connectionClosed()
        for call in abandoned.waiting { call.complete(.failed(refusal)) }
        for call in abandoned.sent { call.complete(.failed(.answerLost(error))) }
        context?.close(promise: nil)
        if let failure {
            let rest = abandoned.waiting.count + abandoned.sent.count
            logger?.debug("Connection lost: \(failure)", metadata: ["calls": .stringConvertible(rest)])
        }
        onEnd(Connection.End(answeredCalls: answeredCalls, failure: failure))
    }

    private static func sentence(_ text: String) -> String { "\(text.prefix(1).uppercased())\(text.dropFirst())." }

    private func describe(_ silence: ClientConnectionMachine<PendingCall>.Silence) -> String {
        switch silence {
        case .connection where dialer?.isShakingHands == true:
            "cannot connect to \(configuration.address): no TLS handshake in \(configuration.connectTimeout)"
        case .connection: "cannot connect to \(configuration.address): no answer in \(configuration.connectTimeout)"
        case .welcome: "\(configuration.address) accepted the connection and said no Welcome"
        case .pong: "\(configuration.address) did not answer a ping in \(configuration.pongTimeout)"
        }
    }

    private func overdue(wasSent: Bool) -> AgentdError {
        if wasSent {
            return AgentdError(
                .deadlineExceeded, "The answer did not come in time; whether the call was executed is not known.")
        }
        if machine.isOpen {
            return AgentdError(
                .deadlineExceeded, "The call waited for its turn until its time was over; it was not sent.")
        }
        let cause = earlierFailure.map { ": \($0)" } ?? ""
        return AgentdError(
            .deadlineExceeded, "There was no connection to \(configuration.address) in time\(cause).",
            connectionFailure: .unreachable)
    }
}
