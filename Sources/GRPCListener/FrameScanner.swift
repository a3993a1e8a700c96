/// Follows the frames of an HTTP/2 connection (RFC 9113, 4.1) without reading what is in them, so that time limits and
/// floods are noticed whatever becomes of the frames.
struct FrameScanner {
    struct FrameHeader: Equatable {
        let length: Int
        let type: UInt8
        let flags: UInt8

        /// HEADERS and CONTINUATION (RFC 9113, 6.2 and 6.10).
        var isOfHead: Bool { type == 1 || type == 9 }
        /// Of a frame of a head: `END_HEADERS`.
        var endsHead: Bool { flags & 4 != 0 }
        var isData: Bool { type == 0 }
        /// Of DATA: `END_STREAM`.
        var endsStream: Bool { flags & 1 != 0 }
        var isReset: Bool { type == 3 }
    }

    private static let headerBytes = 9

    /// What is left of the client's preface, or of the payload of a frame.
    private var remaining: Int
    private var isWithinPreface: Bool
    private var header: [UInt8] = []

    /// - Parameter prefaceBytes: Bytes that come before the first frame.
    init(prefaceBytes: Int = 24) {
        remaining = prefaceBytes
        isWithinPreface = prefaceBytes > 0
    }

    /// Whether the beginning of a frame, or of the preface, has come and not its end.
    var isWithinFrame: Bool { remaining > 0 || !header.isEmpty }

    /// - Parameter body: Called for each frame whose header is complete.
    /// - Returns: How many frames are complete now.
    mutating func scan(_ bytes: UnsafeRawBufferPointer, _ body: (FrameHeader) -> Void) -> Int {
        var index = 0
        var completed = 0
        while index < bytes.count {
            if remaining > 0 {
                let skipped = min(remaining, bytes.count - index)
                index += skipped
                remaining -= skipped
                guard remaining == 0 else { break }
                if isWithinPreface { isWithinPreface = false } else { completed += 1 }
            }
            let taken = min(Self.headerBytes - header.count, bytes.count - index)
            header.append(contentsOf: bytes[index..<index + taken])
            index += taken
            guard header.count == Self.headerBytes else { break }
            remaining = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
            body(FrameHeader(length: remaining, type: header[3], flags: header[4]))
            header.removeAll(keepingCapacity: true)
            if remaining == 0 { completed += 1 }
        }
        return completed
    }
}
