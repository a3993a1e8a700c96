internal import Messages

/// The bytes of a gRPC client that makes one call after the other (RFC 9113, RFC 7541): its headers stand in full in
/// the first request, and are named by their places in the table of HPACK in all others.
struct GRPCRequests {
    /// Begins a connection: settings, and room for all answers.
    static var preface: [UInt8] {
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(.settings, flags: 0, stream: 0, [])
            + frame(.windowUpdate, flags: 0, stream: 0, [0x3F, 0xFF, 0x00, 0x00])
    }

    private enum FrameKind: UInt8 {
        case data = 0
        case headers = 1
        case settings = 4
        case windowUpdate = 8
    }

    /// The first entry of the table that is not fixed.
    private static let firstPlace = 62

    private let headers: [(name: String, value: String)]
    private var stream: UInt32 = 1

    init(path: String, authorization: String) {
        headers = [
            (":path", path), (":authority", "localhost:50051"), ("content-type", "application/grpc"),
            ("te", "trailers"), ("user-agent", "benchmark"), ("authorization", authorization),
        ]
    }

    /// The next call, with an empty message.
    mutating func next() -> [UInt8] {
        // :method POST and :scheme http stand in the fixed table.
        var block: [UInt8] = [0x83, 0x86]
        for (index, header) in headers.enumerated() {
            if stream == 1 {
                block += [0x40] + Self.text(header.name) + Self.text(header.value)
            } else {
                block.append(0x80 | UInt8(Self.firstPlace + headers.count - 1 - index))
            }
        }
        defer { stream += 2 }
        return Self.frame(.headers, flags: 4, stream: stream, block)
            + Self.frame(.data, flags: 1, stream: stream, [0, 0, 0, 0, 0])
    }

    /// Shorter than 127 bytes; longer ones with the rest of their length behind (RFC 7541, 5.1).
    private static func text(_ text: String) -> [UInt8] {
        let count = text.utf8.count
        return (count < 127 ? [UInt8(count)] : [127, UInt8(count - 127)]) + Array(text.utf8)
    }

    private static func frame(_ kind: FrameKind, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let count = UInt32(payload.count)
        let head =
            [UInt8(truncatingIfNeeded: count >> 16), UInt8(truncatingIfNeeded: count >> 8)]
            + [UInt8(truncatingIfNeeded: count), kind.rawValue, flags]
            + [24, 16, 8, 0].map { (shift: UInt32) in UInt8(truncatingIfNeeded: stream >> shift) }
        return head + payload
    }
}
