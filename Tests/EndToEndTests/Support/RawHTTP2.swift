internal import NIOCore
internal import NIOPosix

/// A connection to the gRPC door that sends any bytes and shows every frame that comes back.
final class RawHTTP2: Sendable {
    struct Frame: Sendable, Equatable {
        let type: UInt8
        let flags: UInt8
        let stream: UInt32
        let payload: [UInt8]
    }

    /// Types of frames (RFC 9113, 6).
    enum FrameType {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flags {
        static let endStream: UInt8 = 1
        static let endHeaders: UInt8 = 4
    }

    /// How a connection ended.
    struct End: Sendable, Equatable {
        let code: UInt32
        let reason: String
    }

    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    static let settings = frame(FrameType.settings)

    private let channel: any Channel
    private let frames: AsyncStream<Frame>

    private init(channel: any Channel, frames: AsyncStream<Frame>) {
        self.channel = channel
        self.frames = frames
    }

    /// - Parameter greets: Whether the preface and empty settings are sent.
    static func with<R>(
        _ port: Int, greets: Bool = true, reads: Bool = true, _ body: (RawHTTP2) async throws -> R
    ) async throws -> R {
        let (frames, continuation) = AsyncStream.makeStream(of: Frame.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: reads)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrameSplitter(frames: continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let connection = RawHTTP2(channel: channel, frames: frames)
        do {
            if greets { try await connection.send(preface + settings) }
            let result = try await body(connection)
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)) }

    /// Sends until the daemon has had enough and closes.
    func flood(_ bytes: [UInt8], atMost times: Int) async {
        for _ in 0..<times {
            guard (try? await send(bytes)) != nil else { return }
        }
    }

    func close() async throws { try await channel.close() }

    /// Frames up to the end of the connection.
    var received: AsyncStream<Frame> { frames }

    /// Reads up to the last `GOAWAY` and the end of the connection.
    func end() async -> End? {
        var end: End?
        for await frame in frames where frame.type == FrameType.goAway {
            let code = frame.payload[4..<8].reduce(0) { $0 << 8 | UInt32($1) }
            let reason = String(decoding: frame.payload[8...], as: UTF8.self)
            // libnghttp2 repeats a GOAWAY without its debug data.
            end = End(code: code, reason: reason.isEmpty ? end?.reason ?? "" : reason)
        }
        return end
    }

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let count = payload.count
        return [UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF), type, flags]
            + (0..<4).map { UInt8(stream >> (24 - 8 * $0) & 0xFF) } + payload
    }

    /// A head in HPACK (RFC 7541), every field spelled out and not indexed.
    static func head(_ fields: [(String, String)]) -> [UInt8] {
        fields.flatMap { name, value in [0] + string(name) + string(value) }
    }

    static func grpcHead(_ method: String, token: String? = nil, _ more: [(String, String)] = []) -> [UInt8] {
        head(
            [
                (":method", "POST"), (":scheme", "http"), (":path", method), (":authority", "test"),
                ("content-type", "application/grpc"), ("te", "trailers"),
            ] + (token.map { [("authorization", "Bearer \($0)")] } ?? []) + more)
    }

    /// A string literal without Huffman coding, with its length in 7 bits and more.
    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var length: [UInt8] = [127]
        var rest = bytes.count - 127
        while rest >= 128 {
            length.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return length + [UInt8(rest)] + bytes
    }
}

private final class FrameSplitter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let frames: AsyncStream<RawHTTP2.Frame>.Continuation
    private var buffer = ByteBuffer()

    init(frames: AsyncStream<RawHTTP2.Frame>.Continuation) { self.frames = frames }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        buffer.writeImmutableBuffer(unwrapInboundIn(data))
        while let length = buffer.getInteger(at: buffer.readerIndex, as: UInt32.self).map({ Int($0 >> 8) }),
            buffer.readableBytes >= 9 + length, let head = buffer.readBytes(length: 9),
            let payload = buffer.readBytes(length: length)
        {
            frames.yield(
                RawHTTP2.Frame(
                    type: head[3], flags: head[4], stream: head[5...].reduce(0) { $0 << 8 | UInt32($1) },
                    payload: payload))
        }
        buffer.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) { frames.finish() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
