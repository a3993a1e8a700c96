internal import Framing
internal import Messages
internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP2

/// Reads what a stream of HTTP/2 carries as the answer of a gRPC call, strictly.
struct GRPCAnswerReader: ~Copyable {
    private var decoder = FrameDecoder(maximumPayloadBytes: 64 << 20)
    /// The first block of headers.
    private var head: HPACKHeaders?

    /// - Returns: The end of the answer, without messages, once it has come.
    mutating func read(_ payload: HTTP2Frame.FramePayload) throws -> CallAnswer? {
        switch payload {
        case .headers(let block): return try read(block)
        case .data(let block):
            guard head != nil, case .byteBuffer(let buffer) = block.data else {
                throw GRPCMetadata.Failure(description: "data came before headers")
            }
            buffer.withUnsafeReadableBytes { decoder.append($0) }
            if block.endStream { throw GRPCMetadata.Failure(description: "the answer ended without trailers") }
            return nil
        case .rstStream(let code): throw GRPCConnection.Reset(code: code)
        default: return nil
        }
    }

    /// The next message that is there as a whole.
    mutating func nextMessage() throws -> [UInt8]? { try decoder.next { Array($0) } }

    private mutating func read(_ block: HTTP2Frame.FramePayload.Headers) throws -> CallAnswer? {
        guard let head else {
            try Self.check(block.headers)
            head = block.headers
            return block.endStream ? try Self.end(block.headers, trailers: block.headers, only: true) : nil
        }
        guard block.endStream else { throw GRPCMetadata.Failure(description: "headers came twice") }
        return try Self.end(head, trailers: block.headers, only: false)
    }

    /// Every answer begins in this way, also one that is an error.
    private static func check(_ head: HPACKHeaders) throws {
        let type = head.first(name: "content-type") ?? ""
        guard head.first(name: ":status") == "200", type == "application/grpc" || type == "application/grpc+proto",
            head.contains(name: "x-request-id")
        else { throw GRPCMetadata.Failure(description: "this is no answer of gRPC: \(head)") }
    }

    /// - Parameter only: Whether the trailers are all there is.
    private static func end(_ head: HPACKHeaders, trailers: HPACKHeaders, only: Bool) throws -> CallAnswer {
        guard let status = trailers.first(name: "grpc-status"), let code = UInt32(status) else {
            throw GRPCMetadata.Failure(description: "the trailers have no status: \(trailers)")
        }
        let fields = Array(head) + (only ? [] : Array(trailers))
        let headers = try fields.filter { !isReserved($0.name) }.map { try GRPCMetadata.header($0.name, $0.value) }
        return CallAnswer(
            code: code, error: try GRPCMetadata.sentence(trailers.first(name: "grpc-message") ?? ""),
            details: try GRPCMetadata.bytes(trailers.first(name: "grpc-status-details-bin") ?? ""), headers: headers,
            message: [])
    }

    /// Whether a header belongs to HTTP/2 or gRPC itself.
    private static func isReserved(_ name: String) -> Bool {
        name.hasPrefix(":") || name.hasPrefix("grpc-") || name == "content-type"
    }
}
