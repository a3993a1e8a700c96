internal import Messages
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import NIOPosix

/// A connection to the gRPC door: HTTP/2 by prior knowledge, on another library than the daemon's.
final class GRPCConnection: CallConnection {
    /// The daemon ended a stream without an answer.
    struct Reset: Error {
        let code: HTTP2ErrorCode
    }

    /// The connection ended before the answer.
    struct Closed: Error {}

    /// More than any daemon of these tests resets or refuses in one connection: only the daemon is under test.
    private static let toleratedResets = 100_000
    /// In bytes: the longest answer comes without a pause.
    private static let windowSize = 2 << 20

    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>
    /// Of every call that does not bring its own of the same key.
    private let headers: [Header]

    static func open(_ port: Int, token: String? = nil, tenant: String? = nil) async throws -> GRPCConnection {
        try await open(.port(port), token: token, tenant: tenant)
    }

    static func open(
        _ destination: Destination, token: String? = nil, tenant: String? = nil
    ) async throws -> GRPCConnection {
        let (channel, multiplexer) = try await destination.bootstrap
            .connect(to: destination.address) { channel in
                channel.eventLoop.makeCompletedFuture { try destination.encrypt(channel) }.flatMap {
                    channel.configureAsyncHTTP2Pipeline(mode: .client, configuration: configuration) { stream in
                        stream.eventLoop.makeSucceededVoidFuture()
                    }
                }.map { (channel, $0) }
            }
        var headers: [Header] = []
        if let token { headers.append(Header("authorization", "Bearer \(token)")) }
        if let tenant { headers.append(Header("x-agentd-tenant", tenant)) }
        return GRPCConnection(channel: channel, multiplexer: multiplexer, headers: headers)
    }

    /// Checks nothing of what is sent, so that wrong requests can be made too.
    private static var configuration: NIOHTTP2Handler.Configuration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.headerBlockValidation = .disabled
        connection.contentLengthValidation = .disabled
        connection.initialSettings.append(.init(parameter: .enablePush, value: 0))
        connection.targetWindowSize = windowSize
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = windowSize
        stream.streamResetFrameRateLimit.maximumCount = toleratedResets
        stream.streamErrorRateLimit.maximumCount = toleratedResets
        return NIOHTTP2Handler.Configuration(connection: connection, stream: stream)
    }

    private init(
        channel: any Channel, multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Void>, headers: [Header]
    ) {
        self.channel = channel
        self.multiplexer = multiplexer
        self.headers = headers
    }

    func close() async throws { try await channel.close() }

    func call(_ path: String, message: [UInt8], headers: [Header], timeout: UInt32) async throws -> CallAnswer {
        var messages: [[UInt8]] = []
        let end = try await stream(path, message: message, headers: headers, timeout: timeout) {
            messages.append($0)
            return true
        }
        guard let end else { throw Closed() }
        guard messages.count == (end.code == 0 ? 1 : 0) else {
            throw Daemon.Failure(description: "\(path) answered \(messages.count) messages and the code \(end.code)")
        }
        return CallAnswer(
            code: end.code, error: end.error, details: end.details, headers: end.headers, message: messages.first ?? [])
    }

    func stream(
        _ path: String, message: [UInt8], headers: [Header], timeout: UInt32,
        each: ([UInt8]) async throws -> Bool
    ) async throws -> CallAnswer? {
        let stream = try await multiplexer.openStream { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>(
                    wrappingChannelSynchronously: channel)
            }
        }
        let head = Self.head(path, all(headers), timeout: timeout)
        return try await stream.executeThenClose { inbound, outbound in
            // Nobody waits for these: an answer may come, and the stream end, before all of it is sent.
            let channel = stream.channel
            channel.write(HTTP2Frame.FramePayload.headers(.init(headers: head)), promise: nil)
            let body = ByteBuffer(bytes: RawConnection.framed(message))
            channel.writeAndFlush(
                HTTP2Frame.FramePayload.data(.init(data: .byteBuffer(body), endStream: true)), promise: nil)
            do {
                var reader = GRPCAnswerReader()
                for try await payload in inbound {
                    let end = try reader.read(payload)
                    while let message = try reader.nextMessage() {
                        if try await each(message) { continue }
                        try await outbound.write(.rstStream(.cancel))
                        return nil
                    }
                    if let end { return end }
                }
            } catch let closed as NIOHTTP2Errors.StreamClosed {
                throw Reset(code: closed.errorCode)
            }
            throw Closed()
        }
    }

    private func all(_ headers: [Header]) -> [Header] {
        let keys = Set(headers.map(\.key))
        return headers + self.headers.filter { !keys.contains($0.key) }
    }

    private static func head(_ path: String, _ headers: [Header], timeout: UInt32) -> HPACKHeaders {
        var head: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost", "te": "trailers",
            "content-type": "application/grpc",
        ]
        if timeout > 0 { head.add(name: "grpc-timeout", value: GRPCMetadata.timeout(milliseconds: timeout)) }
        for header in headers { head.add(name: header.key, value: GRPCMetadata.text(of: header)) }
        return head
    }
}
