internal import AgentdCore
internal import Framing
internal import Logging
internal import Messages
internal import Services

// What comes from the client, frame by frame.
extension ConnectionHandler {
    func handleFrames(at now: UInt64) {
        var completedFrame = false
        do throws(FrameDecoder.FrameError) {
            while takesFrames {
                let arena = loop.arenas.take()
                guard let arenaIsFree = try decoder.next({ handle(frame: $0, arena: arena, at: now) }) else {
                    loop.arenas.giveBack(arena)
                    break
                }
                completedFrame = true
                if arenaIsFree { loop.arenas.giveBack(arena) }
            }
        } catch {
            endForProtocolError(error.goAwayReason, at: now)
        }
        machine.bytesReceived(partialFrame: decoder.holdsPartialFrame, completedFrame: completedFrame, at: now)
        scheduleWakeUp()
    }

    /// - Returns: Whether the arena is free again; a call that runs keeps it.
    private func handle(frame bytes: UnsafeRawBufferPointer, arena: Arena, at now: UInt64) -> Bool {
        let frame: ClientFrame
        do throws(ServiceError) {
            frame = try ClientFrame(decoding: bytes, arena: arena, memory: loop.limits.frameMemoryBytes)
        } catch {
            logger.debug("A frame cannot be read", metadata: ["reason": "\(error.message)"])
            endForProtocolError(.frameMalformed, at: now)
            return true
        }
        switch frame {
        case .request(let request): return handle(request, arena: arena, at: now)
        case .hello(let version, let headers): handleHello(version: version, headers: headers, at: now)
        case .cancel(let id):
            if let call = machine.cancelReceived(id: id, at: now) {
                call.abandon()
                refuse(id: id, callID: call.callID, .cancelled)
            }
        case .ping(let token):
            switch machine.pingReceived(at: now) {
            case .pong: write(.pong(token: token))
            case .ignore: break
            }
        case .unknown: endForProtocolError(.frameUnknown, at: now)
        }
        return true
    }

    private func handleHello(version: UInt32, headers: [Header], at now: UInt64) {
        guard headers.keysAreValid else { return endForProtocolError(.headerInvalid, at: now) }
        switch machine.helloReceived(version: version, headerBytes: headers.countedBytes, at: now) {
        case .welcome(let version):
            connectionHeaders = headers
            write(
                .welcome(
                    version: version, maximumMessageBytes: UInt32(loop.limits.messageBytes),
                    maximumInFlight: UInt32(loop.limits.callsInFlight)))
        case .goAway(let reason, let lastID): write(.goAway(lastID: lastID, reason: reason.rawValue))
        case .ignore: break
        }
    }

    private func handle(_ request: RequestFrame, arena: Arena, at now: UInt64) -> Bool {
        let call = RunningCall(callID: callID(of: request), messageBytes: request.payload.count, arena: arena)
        let action = machine.requestReceived(
            id: request.id, headerBytes: request.headers.countedBytes, timeoutMilliseconds: request.timeoutMilliseconds,
            at: now, call: call)
        switch action {
        case .dispatch(let deadline):
            if let refusal = refusal(of: request) {
                if machine.answered(id: request.id, at: now) { refuse(id: request.id, callID: call.callID, refusal) }
                return true
            }
            let inbound = InboundCall(
                method: request.method, headers: request.headers, connectionHeaders: connectionHeaders,
                payload: request.payload, arena: arena, deadline: deadline, callID: call.callID)
            run(call, inbound, id: request.id)
            return false
        case .refuse(let reason):
            refuse(id: request.id, callID: call.callID, ServiceError(refusing: reason, limits: loop.limits))
        case .goAway(let reason, let lastID): write(.goAway(lastID: lastID, reason: reason.rawValue))
        case .ignore: break
        }
        return true
    }

    /// What is wrong with a request before anybody looks at its message.
    private func refusal(of request: RequestFrame) -> ServiceError? {
        guard request.headers.keysAreValid else {
            return ServiceError(.headerInvalid, "A header key has other characters than a-z, 0-9, '-', '_' and '.'.")
        }
        guard request.payload.count <= loop.limits.messageBytes else {
            return ServiceError(refusing: .messageTooLarge, limits: loop.limits)
        }
        return nil
    }

    /// The client's `x-request-id` when it can stand in a log line, or else one of ours.
    private func callID(of request: RequestFrame) -> String {
        let key = "x-request-id"
        if let value = InboundCall.header(key, in: request.headers) ?? InboundCall.header(key, in: connectionHeaders),
            (1...128).contains(value.count), value.allSatisfy({ (0x21...0x7E).contains($0) })
        {
            return String(decoding: value, as: UTF8.self)
        }
        return loop.newCallID()
    }

    func endForProtocolError(_ reason: GoAwayReason, at now: UInt64) {
        switch machine.protocolErrorReceived(reason, at: now) {
        case .goAway(let reason, let lastID): write(.goAway(lastID: lastID, reason: reason.rawValue))
        case .ignore: break
        }
    }
}

extension FrameDecoder.FrameError {
    fileprivate var goAwayReason: GoAwayReason {
        switch self {
        case .compressed: .compressionUnsupported
        case .unknownFlags: .frameFlagsInvalid
        case .tooLong: .frameTooLarge
        }
    }
}

extension ServiceError {
    /// A request that this connection does not take now.
    fileprivate init(refusing reason: Reason, limits: WireLimits) {
        switch reason {
        case .draining:
            self.init(
                reason, "The daemon is stopping; use another connection.", details: [.retry(afterMilliseconds: 1_000)])
        case .inFlightLimit:
            self.init(
                reason, "The connection has \(limits.callsInFlight) calls in flight, as many as it may.",
                details: [
                    .quota(subject: "connection", description: "at most \(limits.callsInFlight) calls in flight"),
                    .retry(afterMilliseconds: 10),
                ])
        case .headersTooLarge:
            self.init(
                reason, "The headers take more than \(limits.headerBytes) bytes.",
                details: [.quota(subject: "headers", description: "at most \(limits.headerBytes) bytes in one request")]
            )
        case .messageTooLarge:
            self.init(
                reason, "The message takes more than \(limits.messageBytes) bytes.",
                details: [
                    .quota(subject: "message size", description: "at most \(limits.messageBytes) bytes in one message")
                ])
        default: self.init(reason, "The request is refused.")
        }
    }
}
