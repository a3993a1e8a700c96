/// A `Request` that is sent many times, each time with another id and message: its method and its headers are encoded
/// once.
package struct RequestTemplate: Sendable {
    /// Method and headers as they stand in a `Request`.
    private let common: [UInt8]

    package init(method: String, headers: [Header]) {
        // What is empty is left out: the frame holds its own tag and length, then method and headers.
        let frame = OutboundClientFrame.request(
            id: 0, method: method, headers: headers, timeoutMilliseconds: 0, message: []
        ).encoded()
        common = frame.withUnsafeBytes { bytes in
            var cursor = WireCursor(bytes)
            guard cursor.tag() != nil, let content = cursor.content() else { return [] }
            return Array(content)
        }
    }

    /// Bytes of the `ClientFrame` with this id and a message so long.
    package func frameBytes(id: UInt64, messageBytes: Int) -> Int {
        let content = contentBytes(id: id, messageBytes: messageBytes)
        return Varint.size(UInt64(content)) + 1 + content
    }

    /// Writes the `ClientFrame` into memory of `frameBytes`.
    package func write(id: UInt64, message: UnsafeRawBufferPointer, into memory: UnsafeMutableRawBufferPointer) {
        precondition(
            memory.count == frameBytes(id: id, messageBytes: message.count), "The memory is of another frame's size.")
        guard var next = memory.baseAddress else { return }
        func put(_ byte: UInt8) {
            next.storeBytes(of: byte, as: UInt8.self)
            next += 1
        }
        func put(_ bytes: UnsafeRawBufferPointer) {
            guard let start = bytes.baseAddress else { return }
            next.copyMemory(from: start, byteCount: bytes.count)
            next += bytes.count
        }
        put(Field.frameRequest)
        next = Varint.write(UInt64(contentBytes(id: id, messageBytes: message.count)), to: next)
        put(Field.id)
        next = Varint.write(id, to: next)
        common.withUnsafeBytes { put($0) }
        guard !message.isEmpty else { return }
        put(Field.message)
        next = Varint.write(UInt64(message.count), to: next)
        put(message)
    }

    private func contentBytes(id: UInt64, messageBytes: Int) -> Int {
        let message = messageBytes == 0 ? 0 : 1 + Varint.size(UInt64(messageBytes)) + messageBytes
        return 1 + Varint.size(id) + common.count + message
    }

    /// Tags of the fields that are written here, each of one byte.
    private enum Field {
        /// `ClientFrame.request`.
        static let frameRequest: UInt8 = 2 << 3 | WireCursor.WireType.lengthDelimited.rawValue
        /// `Request.id`.
        static let id: UInt8 = 1 << 3 | WireCursor.WireType.varint.rawValue
        /// `Request.message`.
        static let message: UInt8 = 5 << 3 | WireCursor.WireType.lengthDelimited.rawValue
    }
}
