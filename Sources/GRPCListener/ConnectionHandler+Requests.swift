internal import AgentdCore
internal import Listening
internal import Messages
internal import Services

// What comes from the client, stream by stream.
extension ConnectionHandler: HTTP2SessionDelegate {
    func headerReceived(stream id: Int32, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bool {
        let stream = stream(id)
        stream.head.add(name: name, value: value)
        guard stream.head.isOutrageous else { return true }
        floods.headRefused()
        return false
    }

    /// - Returns: The stream, which begins with its first header.
    private func stream(_ id: Int32) -> GRPCStream {
        if let known = streams[id] { return known }
        let new = GRPCStream(id: id, limits: limits, likely: latestMethod)
        streams.insert(new)
        return new
    }

    func headReceived(stream id: Int32, isEnd: Bool) {
        guard let stream = streams[id] else { return }
        stream.inputHasEnded = isEnd
        floods.callBegan()
        if let status = stream.head.httpStatus { return refuse(stream, status) }
        let now = Self.now
        let observed = observe(stream.head, at: now)
        latestMethod = observed.method ?? latestMethod
        stream.observed = observed
        stream.phase = .open
        loop.observer.began(observed)
        // A few bytes of HPACK may stand for many.
        loop.buffers.added(stream.head.keptBytes)
        do throws(ServiceError) {
            try stream.head.check()
            if stream.kind != .unary { stream.place = try loop.streams.place(limit: limits.openStreams) }
        } catch {
            return answer(stream, with: error)
        }
        stream.deadline = limits.deadline(
            timeoutNanoseconds: stream.head.timeoutNanoseconds, isStream: stream.kind != .unary, at: now)
        guard !stream.deadline.hasPassed(at: now) else { return answer(stream, with: .deadlineExceeded) }
        // Nobody needs to send a message to hear that there is no such method.
        guard observed.method != nil else { return run(stream, []) }
        if !isEnd, stream.kind != .exchange { stream.inputBy = inputDeadline(at: now) }
        noteDue(stream)
        if isEnd { goOn(stream) }
    }

    private func observe(_ head: RequestHead, at now: UInt64) -> ObservedCall {
        let headers = head.callHeaders
        return ObservedCall(
            path: head.path, method: head.method ?? loop.handler.method(head.path),
            callID: loop.callID(given: headers["x-request-id"]),
            origin: accepted.origin, trace: headers["traceparent"].flatMap { TraceContext($0) }, startedAt: now)
    }

    func dataReceived(stream id: Int32, _ bytes: UnsafeRawBufferPointer) {
        session?.consumeConnection(bytes.count)
        guard let stream = streams[id], stream.phase == .open else { return }
        var rest = bytes
        do throws(MessageAssembler.Problem) {
            while let message = try stream.assembler.take(from: &rest) {
                received(message, on: stream)
                guard stream.phase == .open else { return }
            }
        } catch {
            return answer(stream, with: ServiceError(error, limits: limits))
        }
        if stream.kind == .exchange { noteExchangeInput(stream) }
        if let announced = stream.assembler.announced { makeRoom(for: announced, stream) }
    }

    /// A message that does not fit into the window needs room of its own. One that is compressed may become as long as
    /// any.
    private func makeRoom(for announced: (bytes: Int, isCompressed: Bool), _ stream: GRPCStream) {
        guard announced.bytes > Self.streamWindow - GRPCStream.prefixBytes else { return }
        // An exchange gets room once, for whatever it sends, and keeps it: its window cannot be taken back.
        let isExchange = stream.kind == .exchange
        if budget.hasRoom(stream.id) {
            if isExchange { widen(stream.id, limits.messageBytes) }
            return
        }
        // The client cannot go on before it gets room, so that the time it takes is not its own. Exchanges may keep
        // theirs for long; who waits for one of them does not wait for ever.
        if !isExchange { stream.inputBy = .max }
        let bytes = announced.isCompressed || isExchange ? limits.messageBytes : announced.bytes
        grant(budget.request(bytes, for: stream.id))
    }

    private func received(_ message: MessageAssembler.Message, on stream: GRPCStream) {
        stream.observed?.requestBytes += message.bytes.count
        guard stream.kind == .exchange || stream.messages.isEmpty else {
            return answer(stream, with: .message("", "the call takes one message, and more have come"))
        }
        stream.messages.append(message)
        if stream.kind == .exchange { goOn(stream) }
    }

    /// An exchange may rest for as long as it likes, but not within a message.
    private func noteExchangeInput(_ stream: GRPCStream) {
        stream.inputBy = stream.assembler.isEmpty ? .max : min(stream.inputBy, inputDeadline(at: Self.now))
        noteDue(stream)
    }

    /// Streams have room for their messages now: they may send them, or have them decompressed. What comes of one may
    /// give room to others; they are told here too, one after the other, so that the stack does not grow with them.
    func grant(_ more: [(stream: Int32, bytes: Int)]) {
        guard !more.isEmpty else { return }
        granted += more
        guard !isGranting else { return }
        isGranting = true
        defer { isGranting = false }
        while !granted.isEmpty {
            let (id, bytes) = granted.removeFirst()
            guard let stream = streams[id] else { continue }
            if stream.awaitsRoom {
                stream.awaitsRoom = false
                goOn(stream)
            } else {
                widen(id, bytes)
                stream.inputBy = inputDeadline(at: Self.now)
                noteDue(stream)
            }
        }
    }

    private func widen(_ stream: Int32, _ bytes: Int) {
        session?.widen(stream: stream, to: bytes + GRPCStream.prefixBytes + Self.streamWindow)
    }

    /// Until the client has heard of our settings it may send more on a stream at first, and that is taken off again
    /// when it has: those that were given room would lack it.
    func settingsAcknowledged() {
        for (stream, bytes) in budget.all { widen(stream, bytes) }
    }

    func inputEnded(stream id: Int32) {
        guard let stream = streams[id] else { return }
        stream.inputHasEnded = true
        stream.inputBy = .max
        if stream.phase == .open { goOn(stream) }
    }

    /// Runs what can be run, or ends what can be ended.
    func goOn(_ stream: GRPCStream) {
        guard stream.running == nil, !stream.awaitsRoom else { return }
        if stream.inputHasEnded, !stream.assembler.isEmpty {
            return answer(stream, with: .message("", "it ends before it is complete"))
        }
        guard stream.kind == .exchange || stream.inputHasEnded else { return }
        if let message = stream.messages.first {
            guard hasRoom(toDecompress: message, stream) else { return }
            stream.messages.removeFirst()
            return run(stream, message)
        }
        guard stream.inputHasEnded else { return }
        if stream.kind == .exchange {
            end(stream, trailers: stream.serviceTrailers)
        } else {
            answer(stream, with: .message("", "the call takes one message, and none has come"))
        }
    }

    /// A small message that becomes a large one needs room as if it had been large.
    private func hasRoom(toDecompress message: MessageAssembler.Message, _ stream: GRPCStream) -> Bool {
        guard message.isCompressed, let size = Gzip.announcedSize(message.bytes),
            size > Self.streamWindow, size <= limits.messageBytes, !budget.hasRoom(stream.id)
        else { return true }
        stream.awaitsRoom = true
        let granted = budget.request(stream.kind == .exchange ? limits.messageBytes : size, for: stream.id)
        if granted.contains(where: { $0.stream == stream.id }) { stream.awaitsRoom = false }
        grant(granted.filter { $0.stream != stream.id })
        return !stream.awaitsRoom
    }

    private func run(_ stream: GRPCStream, _ message: MessageAssembler.Message) {
        if stream.kind == .exchange {
            session?.consumeStream(stream.id, message.bytes.count + GRPCStream.prefixBytes)
        }
        do throws(ServiceError) {
            if let observed = stream.observed,
                let refusal = runner.refusal(of: observed, headers: stream.head.callHeaders)
            {
                throw refusal
            }
            run(stream, try decompressed(message, encoding: stream.head.encoding))
        } catch {
            answer(stream, with: error)
        }
    }

    private func run(_ stream: GRPCStream, _ message: [UInt8]) {
        guard let observed = stream.observed else { return }
        let arena = loop.arenas.take()
        let call = RunningCall(
            id: UInt64(stream.id), observed: observed, messageBytes: message.count, arena: arena)
        let inbound = InboundCall(
            observed: observed, headers: stream.head.callHeaders,
            payload: MessagePayload(copying: message, into: arena), arena: arena, deadline: stream.deadline)
        stream.running = call
        runner.enqueue(call, inbound)
    }

    private func decompressed(
        _ message: MessageAssembler.Message, encoding: RequestHead.Encoding
    ) throws(ServiceError) -> [UInt8] {
        guard message.isCompressed else { return message.bytes }
        guard encoding == .gzip else {
            throw .message("", "it is marked as compressed, and grpc-encoding does not say how")
        }
        guard let size = Gzip.announcedSize(message.bytes) else { throw .message("", "it is not gzip") }
        do throws(Gzip.Problem) {
            // There is room for what it says that it becomes; a little needs none.
            return try Gzip.decompress(
                message.bytes, limit: min(max(size, Self.streamWindow), limits.messageBytes))
        } catch {
            switch error {
            case .notGzip: throw .message("", "it is not gzip")
            case .bytesBehindEnd: throw .message("", "bytes stand behind the end of its gzip; it has to be one member")
            case .tooLong where size > limits.messageBytes: throw .messageTooLarge(limit: limits.messageBytes)
            case .tooLong: throw .message("", "it is not gzip: it is longer than it says")
            }
        }
    }

    func streamClosed(stream id: Int32) {
        defer { grant(budget.release(id)) }
        guard let stream = streams.remove(id) else { return }
        unsentBytes -= stream.unsentBytes
        abandon(stream)
        machine.callEnded(at: Self.now)
        scheduleTurn()
    }

    func pingAcknowledged() {
        perform(machine.shutdownHeard())
        scheduleTurn()
    }
}

extension ServiceError {
    fileprivate init(_ problem: MessageAssembler.Problem, limits: WireLimits) {
        switch problem {
        case .unknownFlags: self = .message("", "its first byte is neither 0 nor 1")
        case .tooLong: self = .messageTooLarge(limit: limits.messageBytes)
        }
    }
}
