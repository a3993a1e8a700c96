internal import AgentdCore
internal import Framing
internal import Messages
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// A connection to the framed door that sends any bytes and shows every frame that comes back.
final class RawConnection: CallConnection {
    struct Closed: Error {}

    /// One frame with its bytes as they came.
    struct Received: Sendable {
        let bytes: [UInt8]
        let frame: ServerFrame
    }

    private let channel: any Channel
    private let inbox: Inbox
    /// Of calls that are given none.
    private let ids = Counter()

    static func open(_ port: Int, token: String? = nil, tenant: String? = nil) async throws -> RawConnection {
        try await open(.port(port), token: token, tenant: tenant)
    }

    static func open(
        _ destination: Destination, token: String? = nil, tenant: String? = nil
    ) async throws -> RawConnection {
        let inbox = Inbox()
        let channel = try await destination.bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try destination.encrypt(channel)
                    try channel.pipeline.syncOperations.addHandler(FrameCollector(inbox: inbox))
                }
            }
            .connect(to: destination.address).get()
        let connection = RawConnection(channel: channel, inbox: inbox)
        if let token {
            var headers = [Header("authorization", "Bearer \(token)")]
            if let tenant { headers.append(Header("x-agentd-tenant", tenant)) }
            try await connection.send(.hello(version: 1, headers: headers))
            guard case .welcome? = try await connection.next()?.frame else { throw Closed() }
        }
        return connection
    }

    static func with<R>(
        _ port: Int, token: String? = nil, tenant: String? = nil, _ body: (RawConnection) async throws -> R
    ) async throws -> R {
        try await open(port, token: token, tenant: tenant).use(body)
    }

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    func close() async throws { try await channel.close() }

    /// Says that nothing more will be sent, and goes on reading.
    func closeOutput() async throws { try await channel.close(mode: .output) }

    /// While it does not read, what the daemon sends stays where it is.
    func setReading(_ isReading: Bool) async throws { try await channel.setOption(.autoRead, value: isReading).get() }

    /// Sends bytes as they are.
    func send(bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// Sends a frame.
    func send(_ frame: OutboundClientFrame) async throws { try await send(bytes: Self.framed(frame.encoded())) }

    /// A payload behind its prefix.
    static func framed(_ payload: [UInt8], flags: UInt8 = 0) -> [UInt8] {
        var encoded = [flags]
        withUnsafeBytes(of: UInt32(payload.count).bigEndian) { encoded.append(contentsOf: $0) }
        return encoded + payload
    }

    /// The next frame that is no answer to `call`, or nil when the daemon has closed the connection.
    func next() async throws -> Received? { try await inbox.next() }

    /// Sends a request and waits for its answer, whatever comes before it.
    /// - Parameter isCancelled: Whether a `Cancel` follows it at once.
    func call(
        _ id: UInt64, _ method: String, _ message: some EncodableMessage, headers: [Header] = [], timeout: UInt32 = 0,
        isCancelled: Bool = false
    ) async throws -> ServerFrame.Response {
        async let response = inbox.response(id)
        try await send(
            .request(
                id: id, method: method, headers: headers, timeoutMilliseconds: timeout, message: message.encoded()))
        if isCancelled { try await send(.cancel(id: id)) }
        return try await response
    }

    func call(_ path: String, message: [UInt8], headers: [Header], timeout: UInt32) async throws -> CallAnswer {
        let id = ids.next()
        async let response = inbox.response(id)
        try await send(
            .request(id: id, method: path, headers: headers, timeoutMilliseconds: timeout, message: message))
        return CallAnswer(try await response)
    }

    func stream(
        _ path: String, message: [UInt8], headers: [Header], timeout: UInt32,
        each: ([UInt8]) async throws -> Bool
    ) async throws -> CallAnswer? {
        let id = ids.next()
        try await send(
            .request(id: id, method: path, headers: headers, timeoutMilliseconds: timeout, message: message))
        while true {
            let response = try await inbox.response(id)
            guard response.more else { return CallAnswer(response) }
            if try await each(response.message) { continue }
            try await send(.cancel(id: id))
            while try await inbox.response(id).more {}
            return nil
        }
    }
}

/// Frames that have come and who waits for them.
private final class Inbox: Sendable {
    private struct State {
        var frames: [RawConnection.Received] = []
        var responses: [UInt64: RawConnection.Received] = [:]
        var waitingForFrame: [CheckedContinuation<RawConnection.Received?, Never>] = []
        var waitingForResponse: [UInt64: CheckedContinuation<RawConnection.Received?, Never>] = [:]
        var expected: Set<UInt64> = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func next() async throws -> RawConnection.Received? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> RawConnection.Received?? in
                    if !state.frames.isEmpty { return .some(state.frames.removeFirst()) }
                    if state.isClosed { return .some(nil) }
                    state.waitingForFrame.append(continuation)
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            close()
        }
    }

    func response(_ id: UInt64) async throws -> ServerFrame.Response {
        let received = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<RawConnection.Received?, Never>) in
                let immediate = state.withLock { state -> RawConnection.Received?? in
                    if let response = state.responses.removeValue(forKey: id) { return .some(response) }
                    if let index = state.frames.firstIndex(where: { $0.responseID == id }) {
                        return .some(state.frames.remove(at: index))
                    }
                    if state.isClosed { return .some(nil) }
                    state.waitingForResponse[id] = continuation
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            close()
        }
        guard case .response(let response)? = received?.frame else { throw RawConnection.Closed() }
        return response
    }

    func received(_ received: RawConnection.Received) {
        let continuation = state.withLock { state -> CheckedContinuation<RawConnection.Received?, Never>? in
            if let id = received.responseID, let waiting = state.waitingForResponse.removeValue(forKey: id) {
                return waiting
            }
            if !state.waitingForFrame.isEmpty { return state.waitingForFrame.removeFirst() }
            state.frames.append(received)
            return nil
        }
        continuation?.resume(returning: received)
    }

    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer {
                state.waitingForFrame.removeAll()
                state.waitingForResponse.removeAll()
            }
            return state.waitingForFrame + Array(state.waitingForResponse.values)
        }
        for continuation in waiting { continuation.resume(returning: nil) }
    }
}

extension RawConnection.Received {
    fileprivate var responseID: UInt64? { if case .response(let response) = frame { response.id } else { nil } }
}

private final class FrameCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: Inbox
    private var decoder = FrameDecoder(maximumPayloadBytes: 64 << 20)

    init(inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unwrapInboundIn(data).withUnsafeReadableBytes { decoder.append($0) }
        do {
            while let bytes = try decoder.next({ Array($0) }) {
                inbox.received(RawConnection.Received(bytes: bytes, frame: try ServerFrame(decoding: bytes)))
            }
        } catch {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.close() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
