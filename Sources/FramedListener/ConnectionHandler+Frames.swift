internal import AgentdCore
internal import Framing
internal import Listening
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
            frame = try ClientFrame(decoding: bytes, arena: arena, memory: limits.frameMemoryBytes)
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
                refuse(id: id, call.observed, .cancelled)
            }
        case .ping(let token):
            switch machine.pingReceived(at: now) {
            case .pong: write(.pong(token: token))
            case .goAway(let reason, let lastID): goAway(reason, lastID: lastID)
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
            connectionHeaders = HeaderList(headers)
            write(
                .welcome(
                    version: version, maximumMessageBytes: UInt32(limits.messageBytes),
                    maximumInFlight: UInt32(limits.callsInFlight)))
        case .goAway(let reason, let lastID): goAway(reason, lastID: lastID)
        case .ignore: break
        }
    }

    private func handle(_ request: RequestFrame, arena: Arena, at now: UInt64) -> Bool {
        let headers = CallHeaders(request.headers, connection: connectionHeaders)
        let observed = observe(request, headers, at: now)
        let action = machine.requestReceived(
            id: request.id, headerBytes: request.headers.countedBytes, timeoutMilliseconds: request.timeoutMilliseconds,
            isStream: observed.isStream, at: now)
        switch action {
        case .dispatch(let deadline):
            loop.observer.began(observed)
            do throws(ServiceError) {
                try check(request)
                if let refusal = runner.refusal(of: observed, headers: headers) { throw refusal }
                try run(
                    InboundCall(
                        observed: observed, headers: headers, payload: request.payload, arena: arena,
                        deadline: deadline),
                    id: request.id)
                return false
            } catch {
                refuse(id: request.id, observed, error)
            }
        case .refuse(let reason):
            loop.observer.began(observed)
            refuse(id: request.id, observed, ServiceError(refusing: reason, limits: limits))
        case .goAway(let reason, let lastID): goAway(reason, lastID: lastID)
        case .ignore: break
        }
        return true
    }

    /// Before anybody looks at its message.
    private func check(_ request: RequestFrame) throws(ServiceError) {
        guard request.headers.keysAreValid else { throw .headerKeysInvalid }
        guard request.payload.count <= limits.messageBytes else {
            throw ServiceError(refusing: .messageTooLarge, limits: limits)
        }
    }

    private func observe(_ request: RequestFrame, _ headers: CallHeaders, at now: UInt64) -> ObservedCall {
        let method = loop.handler.method(request.method)
        return ObservedCall(
            path: method?.path ?? String(decoding: request.method, as: UTF8.self), method: method,
            callID: loop.callID(given: headers["x-request-id"]), origin: accepted.origin,
            trace: headers["traceparent"].flatMap { TraceContext($0) }, requestBytes: request.payload.count,
            startedAt: now)
    }

    private func run(_ inbound: InboundCall, id: UInt64) throws(ServiceError) {
        let call = RunningCall(
            id: id, observed: inbound.observed, messageBytes: inbound.payload.count, arena: inbound.arena)
        if call.isStream { call.place = try loop.streams.place(limit: limits.openStreams) }
        machine.callBegan(call, id: id, deadline: inbound.deadline)
        runner.enqueue(call, inbound)
        runner.goOn()
    }

    func endForProtocolError(_ reason: GoAwayReason, at now: UInt64) {
        switch machine.protocolErrorReceived(reason, at: now) {
        case .goAway(let reason, let lastID): goAway(reason, lastID: lastID)
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
    init(refusing reason: Reason, limits: WireLimits) {
        switch reason {
        case .draining: self = .drainingDoor
        case .inFlightLimit: self = .tooManyInFlight(limit: limits.callsInFlight)
        case .headersTooLarge: self = .headersTooLarge(limit: limits.headerBytes)
        case .messageTooLarge: self = .messageTooLarge(limit: limits.messageBytes)
        default: self.init(reason, "The request is refused.")
        }
    }
}
