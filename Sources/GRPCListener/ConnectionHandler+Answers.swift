internal import AgentdCore
internal import Listening
internal import Messages
internal import Services

// What goes to the client.
extension ConnectionHandler: CallOwner {
    /// How long a client may take for an answer that is complete.
    private static let outputTimeout: UInt64 = 60_000_000_000
    /// Bytes of a stream that may wait for the client before no more are made.
    private static let streamBacklog = 64 * 1_024

    func callEnded(_ call: RunningCall, with result: Result<EncodedMessage?, ServiceError>) {
        scheduleTurn()
        guard let stream = streams[Int32(call.id)], stream.running === call else { return }
        stream.running = nil
        guard stream.phase == .open else { return }
        switch result {
        case .failure(let error): answer(stream, with: error, of: call.inbound)
        case .success(let message):
            if let message { append(message, to: stream, call) }
            if stream.kind == .exchange {
                stream.serviceTrailers += call.inbound?.responseTrailers ?? []
                goOn(stream)
                if machine.isDraining, stream.phase == .open, stream.isIdle { answer(stream, with: .drainingDoor) }
                return
            }
            end(stream, trailers: call.inbound?.responseTrailers ?? [])
        }
    }

    func send(_ message: EncodedMessage, of call: RunningCall) {
        guard let stream = streams[Int32(call.id)], stream.phase == .open else { return }
        append(message, to: stream, call)
        scheduleTurn()
    }

    func isHeldUp(_ call: RunningCall) -> Bool {
        guard let stream = streams[Int32(call.id)] else { return false }
        return stream.unsentBytes > Self.streamBacklog || answersPileUp
    }

    private func append(_ message: EncodedMessage, to stream: GRPCStream, _ call: RunningCall) {
        let isCompressed = stream.head.encoding == .gzip && stream.head.acceptsGzip
        let bytes = Self.prefixed(message, isCompressed: isCompressed)
        respond(stream, isCompressed: isCompressed, headers: call.inbound?.responseHeaders ?? [])
        stream.observed?.responseBytes += message.packedSize
        unsentBytes += bytes.count
        loop.buffers.added(bytes.count)
        stream.append(bytes)
        session?.resume(stream: stream.id)
    }

    /// The message behind its prefix: whether it is compressed, and its length (4 bytes, big-endian).
    private static func prefixed(_ message: EncodedMessage, isCompressed: Bool) -> [UInt8] {
        let prefix = GRPCStream.prefixBytes
        if isCompressed, let compressed = message.bytes.withUnsafeBytes({ Gzip.compress($0) }) {
            return [UInt8](unsafeUninitializedCapacity: prefix + compressed.count) { buffer, count in
                let space = UnsafeMutableRawBufferPointer(buffer)
                writePrefix(1, compressed.count, to: space)
                UnsafeMutableRawBufferPointer(rebasing: space[prefix...]).copyBytes(from: compressed)
                count = prefix + compressed.count
            }
        }
        return [UInt8](unsafeUninitializedCapacity: prefix + message.packedSize) { buffer, count in
            let space = UnsafeMutableRawBufferPointer(buffer)
            writePrefix(0, message.packedSize, to: space)
            message.pack(into: UnsafeMutableRawBufferPointer(rebasing: space[prefix...]))
            count = prefix + message.packedSize
        }
    }

    private static func writePrefix(_ flag: UInt8, _ length: Int, to space: UnsafeMutableRawBufferPointer) {
        space[0] = flag
        withUnsafeBytes(of: UInt32(length).bigEndian) { bytes in
            UnsafeMutableRawBufferPointer(rebasing: space[1..<GRPCStream.prefixBytes]).copyMemory(from: bytes)
        }
    }

    /// The response headers, once.
    private func respond(_ stream: GRPCStream, isCompressed: Bool = false, headers: [Header] = []) {
        guard !stream.hasResponded else { return }
        stream.hasResponded = true
        beginBlock(of: stream, headers)
        if isCompressed { block.add("grpc-encoding", "gzip") }
        session?.respond(stream: stream.id, block, hasData: true)
    }

    /// What all responses begin with.
    private static let head: HeaderBlock = {
        var block = HeaderBlock()
        block.add(":status", "200")
        block.add("content-type", "application/grpc")
        block.add("grpc-accept-encoding", "identity,gzip")
        return block
    }()

    private func beginBlock(of stream: GRPCStream, _ headers: [Header] = []) {
        block.removeAll()
        block.add(Self.head)
        if let observed = stream.observed { block.add("x-request-id", observed.callID) }
        for header in headers { block.add(header) }
    }

    /// The call has succeeded; all of its messages are appended.
    func end(_ stream: GRPCStream, trailers: [Header] = []) {
        respond(stream)
        var success = GRPCStatus.success
        for header in trailers { success.add(header) }
        finish(stream, with: success)
        answered(stream, nil)
    }

    /// The call has failed, or is stopped. Without any message before, head and trailers are one.
    /// - Parameter call: The one that has failed; nil when one that still runs is stopped.
    func answer(_ stream: GRPCStream, with error: ServiceError, of call: InboundCall? = nil) {
        let arena = loop.arenas.take()
        defer { loop.arenas.giveBack(arena) }
        if stream.hasResponded {
            block.removeAll()
        } else {
            beginBlock(of: stream, (call ?? stream.running?.inbound)?.responseHeaders ?? [])
        }
        GRPCStatus.add(error, to: &block, known: loop.statusTexts, arena: arena)
        for header in call?.responseTrailers ?? [] { block.add(header) }
        if stream.hasResponded {
            finish(stream, with: block)
        } else {
            stream.hasResponded = true
            session?.respond(stream: stream.id, block, hasData: false)
        }
        answered(stream, error)
    }

    private func finish(_ stream: GRPCStream, with trailers: HeaderBlock) {
        stream.end(with: trailers)
        session?.resume(stream: stream.id)
    }

    private func answered(_ stream: GRPCStream, _ error: ServiceError?) {
        let now = Self.now
        stream.phase = .answered
        stream.running?.abandon()
        stream.messages.removeAll()
        stream.place = nil
        stream.outputBy = now + Self.outputTimeout
        noteDue(stream)
        if let observed = stream.observed { loop.observer.ended(observed, with: error, at: now) }
        floods.callAnswered()
        machine.callEnded(at: now)
        grant(budget.release(stream.id))
        scheduleTurn()
    }

    /// A request that is not gRPC is answered as HTTP does.
    func refuse(_ stream: GRPCStream, _ status: RequestHead.HTTPStatus) {
        block.removeAll()
        block.add(":status", status.rawValue)
        if status == .methodNotAllowed { block.add("allow", "POST") }
        session?.respond(stream: stream.id, block, hasData: false)
        stream.phase = .answered
        scheduleTurn()
    }

    func produceData(stream id: Int32, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2Session.Produced {
        guard let stream = streams[id] else { return .nothingYet }
        let before = stream.unsentBytes
        let produced = stream.produce(into: buffer)
        unsentBytes -= before - stream.unsentBytes
        floods.dataSent()
        return produced
    }

    /// A client that still sends is told that nobody reads it.
    func outputEnded(stream id: Int32) {
        guard let stream = streams[id], !stream.inputHasEnded else { return }
        session?.reset(stream: id, .noError)
    }
}

// MARK: Time and giving up

extension ConnectionHandler {
    func noteDue(_ stream: GRPCStream) { earliestDue = min(earliestDue, stream.nextDue) }

    func expireStreams(at now: UInt64) {
        for stream in streams.all where stream.nextDue <= now {
            switch stream.phase {
            case .open: answer(stream, with: stream.dueError(at: now))
            case .answered:
                // Once: the reset itself may have to wait.
                stream.outputBy = .max
                session?.reset(stream: stream.id, .cancel)
            case .readingHead: break
            }
        }
        earliestDue = streams.all.map(\.nextDue).min() ?? .max
    }

    /// The stream is gone: its call is stopped, and nobody is answered.
    func abandon(_ stream: GRPCStream) {
        stream.running?.abandon()
        guard stream.phase == .open, let observed = stream.observed else { return }
        stream.phase = .answered
        loop.observer.ended(observed, with: .cancelled, at: Self.now)
    }
}

extension GRPCStream {
    /// Whether it would go on for ever: a stream, or an exchange that waits for its client.
    var isIdle: Bool { kind == .serverStream || (kind == .exchange && running == nil) }

    func dueError(at now: UInt64) -> ServiceError {
        if deadline.hasPassed(at: now) { return .deadlineExceeded }
        return ServiceError(.deadlineExceeded, "The request was not complete in the time that it may take.")
    }
}
